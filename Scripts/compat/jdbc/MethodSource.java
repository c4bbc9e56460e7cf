// Stands in for JUnit 5.13's annotation, which may stand before a class too, see ParameterizedClass.
package org.junit.jupiter.params.provider;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

@Target({ElementType.ANNOTATION_TYPE, ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@ArgumentsSource(MethodArgumentsProvider.class)
public @interface MethodSource {
  String[] value() default "";
}
