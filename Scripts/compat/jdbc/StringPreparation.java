// Stands in for the enumeration of the same name, see ScramFunctions.
package com.ongres.scram.common;

public enum StringPreparation {
  POSTGRESQL_PREPARATION
}
