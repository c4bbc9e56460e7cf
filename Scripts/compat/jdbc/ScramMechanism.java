// Stands in for the enumeration of the same name, see ScramFunctions.
package com.ongres.scram.common;

public enum ScramMechanism {
  SCRAM_SHA_256;

  public String getName() { return "SCRAM-SHA-256"; }
}
