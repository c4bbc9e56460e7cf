// Stands in for JUnit 5.13's annotation, which is newer than the distribution's JUnit: the class is run with one of its sets of arguments,
// the one that the property `compat.arguments` counts, from the last where it is negative.
package org.junit.jupiter.params;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.BaseStream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestInstancePostProcessor;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(ParameterizedClass.OneSet.class)
public @interface ParameterizedClass {
  String name() default "";

  class OneSet implements ParameterResolver, TestInstancePostProcessor {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getDeclaringExecutable() instanceof Constructor;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return arguments(parameter.getDeclaringExecutable().getDeclaringClass())[parameter.getIndex()];
    }

    @Override
    public void postProcessTestInstance(Object instance, ExtensionContext context) throws Exception {
      for (Class<?> type = instance.getClass(); type != null; type = type.getSuperclass()) {
        for (Field field : type.getDeclaredFields()) {
          Parameter marked = field.getAnnotation(Parameter.class);
          if (marked == null) continue;
          field.setAccessible(true);
          field.set(instance, arguments(instance.getClass())[marked.value()]);
        }
      }
    }

    private static Object[] arguments(Class<?> type) {
      try {
        Method source = type.getDeclaredMethod(type.getAnnotation(MethodSource.class).value()[0]);
        source.setAccessible(true);
        List<Object> sets = all(source.invoke(null));
        int chosen = Integer.getInteger("compat.arguments", 0);
        Object set = sets.get(Math.floorMod(chosen, sets.size()));
        if (set instanceof Arguments) return ((Arguments) set).get();
        return set instanceof Object[] ? (Object[]) set : new Object[] {set};
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }

    private static List<Object> all(Object sets) {
      List<Object> found = new ArrayList<>();
      if (sets instanceof Iterable) ((Iterable<?>) sets).forEach(found::add);
      else if (sets instanceof BaseStream) ((BaseStream<?, ?>) sets).iterator().forEachRemaining(found::add);
      else for (int index = 0; index < Array.getLength(sets); index++) found.add(Array.get(sets, index));
      return found;
    }
  }
}
