import { misconfigured } from "../../errors.ts";

/**
 * Imports a package that the application installs beside envoi.
 *
 * @throws EnvoiError of kind `"configuration"` that says what to install, or why the package cannot be loaded.
 */
export async function optionalPackage<T>(name: string, purpose: string): Promise<T> {
  try {
    return await imported(name);
  } catch (error) {
    const missing = (error as { code?: unknown }).code === "ERR_MODULE_NOT_FOUND";
    const problem = missing ? "is not installed" : `cannot be loaded: ${(error as Error).message}`;
    throw misconfigured(
      `${purpose} needs the package ${name}, which ${problem}. Run npm install ${name}`,
      error,
    );
  }
}

/** The name is an argument, so that bundlers leave the import alone and do not warn. */
function imported<T>(name: string): Promise<T> {
  return import(name) as Promise<T>;
}
