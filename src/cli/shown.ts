/** The most characters of a value that an error shows. */
const MOST = 100;

/**
 * A value of the command line, or of the environment, as an error shows it: in quotes, and short. What may be a
 * password is masked: what is between a colon and an at sign or behind `password=`, and a key in PEM.
 */
export function shown(value: string): string {
  const masked = value
    .replace(/-----BEGIN.*/s, "(a key or a certificate)")
    .replace(/:(?!\/\/)[^:@]*(?=@)/g, ":***")
    .replace(/((?:pass|pw|secret|token|key)[a-z]*=)[^&;,\s]*/gi, "$1***");
  return JSON.stringify(masked.length > MOST ? `${masked.slice(0, MOST)}…` : masked);
}
