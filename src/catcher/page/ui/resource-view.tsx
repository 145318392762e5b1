import type { ComponentChildren } from "preact";
import type { Resource } from "./use-resource.ts";

/** Shows something that is read: that it is loading, its error, or itself. */
export function ResourceView<T>(props: { resource: Resource<T>; children(value: T): ComponentChildren }) {
  const { resource, children } = props;
  switch (resource.state) {
    case "loading":
      return (
        <p class="loading" aria-busy="true">
          Loading…
        </p>
      );
    case "failed":
      return (
        <p class="failure" role="alert">
          {resource.error.message}
        </p>
      );
    case "ready":
      return <>{children(resource.value)}</>;
  }
}
