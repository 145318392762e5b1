// Once in a project: then `expect` of vitest and of jest knows the matchers.
import type { MailMatchers } from "envoi/testing";

declare module "vitest" {
  // biome-ignore lint/suspicious/noExplicitAny: as vitest itself declares it
  interface Matchers<T = any> extends MailMatchers<T> {}
}

declare module "expect" {
  interface Matchers<R> extends MailMatchers<R> {}
}

// The `expect` that Jest makes global, if @types/jest declares it.
declare global {
  namespace jest {
    // Its parameters, both of them: all declarations of an interface must have the same.
    interface Matchers<R, T> extends MailMatchers<R> {}
  }
}
