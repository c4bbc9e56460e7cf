// Stands in for pgjdbc's own, whose library of SCRAM is newer than the distribution's: no server of these runs asks for SCRAM.
package org.postgresql.core.v3;

import org.postgresql.core.PGStream;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

final class ScramAuthenticator {
  ScramAuthenticator(char[] password, PGStream stream, ChannelBinding binding, int most) {}

  void handleAuthenticationSASL() throws PSQLException { refuse(); }
  void handleAuthenticationSASLContinue(int length) throws PSQLException { refuse(); }
  void handleAuthenticationSASLFinal(int length) throws PSQLException { refuse(); }

  private static void refuse() throws PSQLException {
    throw new PSQLException("this build of the driver has no SCRAM", PSQLState.CONNECTION_REJECTED);
  }
}
