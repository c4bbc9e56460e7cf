// Stands in for JUnit 5.13's annotation, see ParameterizedClass.
package org.junit.jupiter.params;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

@Retention(RetentionPolicy.RUNTIME)
public @interface Parameter {
  int value() default 0;
}
