import { misconfigured, reasonOf } from "../../errors.ts";

/**
 * Imports a package that the application installs beside envoi.
 *
 * @throws EnvoiError of kind `"configuration"` that says what to install, or why the package cannot be loaded.
 */
export async function optionalPackage<T>(name: string, purpose: string): Promise<T> {
  try {
    return await imported<T>(name);
  } catch (error) {
    throw isMissing(error)
      ? missing(name, purpose, error)
      : misconfigured(
          `${purpose} needs the package ${name}, which cannot be loaded: ${reasonOf(error)}. Run npm install ${name}`,
          error,
        );
  }
}

/**
 * Checks such a package without loading it.
 *
 * @param least the oldest major version that will do
 * @throws EnvoiError of kind `"configuration"` that says what to install.
 */
export async function checkPackage(name: string, purpose: string, least: number): Promise<void> {
  let version: string;
  try {
    const { default: content } = await imported<{ default: { version: string } }>(`${name}/package.json`, {
      with: { type: "json" },
    });
    version = content.version;
  } catch (error) {
    if (isMissing(error)) throw missing(name, purpose, error);
    // A package may hide its package.json. Loading it tells more.
    return;
  }
  if (Number.parseInt(version, 10) >= least) return;
  const problem = `expected version ${least} or later of the package ${name}, got ${version}`;
  throw misconfigured(`${purpose}: ${problem}. Run npm install ${name}@latest`);
}

function missing(name: string, purpose: string, cause: unknown): Error {
  return misconfigured(
    `${purpose} needs the package ${name}, which is not installed. Run npm install ${name}`,
    cause,
  );
}

function isMissing(error: unknown): boolean {
  return (error as { code?: unknown }).code === "ERR_MODULE_NOT_FOUND";
}

/** The name is an argument, so that bundlers leave the import alone and do not warn. */
function imported<T>(name: string, options?: ImportCallOptions): Promise<T> {
  return import(name, options) as Promise<T>;
}
