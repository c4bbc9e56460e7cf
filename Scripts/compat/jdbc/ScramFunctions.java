// Stands in for the library of SCRAM that pgjdbc makes password verifiers with (RFC 5802, RFC 7677), which is newer than the
// distribution's.
package com.ongres.scram.common;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

public final class ScramFunctions {
  private ScramFunctions() {}

  public static byte[] salt(int length, SecureRandom random) {
    byte[] salt = new byte[length];
    random.nextBytes(salt);
    return salt;
  }

  public static byte[] saltedPassword(ScramMechanism mechanism, StringPreparation preparation, char[] password, byte[] salt, int rounds) {
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(new PBEKeySpec(password, salt, rounds, 256)).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  public static byte[] clientKey(ScramMechanism mechanism, byte[] salted) { return hmac(salted, "Client Key"); }

  public static byte[] serverKey(ScramMechanism mechanism, byte[] salted) { return hmac(salted, "Server Key"); }

  public static byte[] storedKey(ScramMechanism mechanism, byte[] clientKey) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(clientKey);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
