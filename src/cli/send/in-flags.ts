/** What the library calls its settings, and the flags that set them here. */
const flags: readonly (readonly [RegExp, string])[] = [
  [/\.?allowPlaintextCredentials\(\)/g, "--allow-plaintext-password"],
  [/TlsParameters\.addRootCertificate(?:\(\))?/g, "--ca"],
  [/TlsParameters\.pin\(\) with acceptInvalidHostnames\(true\)/g, "--pin with --insecure"],
  [/TlsParameters\.pin\(\)/g, "--pin"],
  [/name it to TlsParameters\.builder/g, "name it with --tls-name"],
  [/TlsParameters\.builder(?:\(\))?/g, "--tls-name"],
  [/\.helloName\(\)/g, "--hello"],
  [/^(?:helloName|hello)(?=: )/, "--hello"],
  [/^requireTls(?=:? )/, "--require-tls"],
  [/^dsn\.envid(?=: )/, "--dsn-id"],
  [/^dsn(?=:? |\.)/, "--dsn"],
  [/^authentication(?=: )/, "--mechanism"],
  [/^localAddress(?=: )/, "--local-address"],
  [/^pool\.maxSize(?=: )/, "--connections"],
  [/^pipelining(?=: )/, "--pipelining"],
  [/^pin(?=: )/, "--pin"],
  [/^proxy(?=: )/, "--proxy"],
  [/^credentials were given/, "there is a user to log in as"],
  // Every value of a flag is a string.
  [/, got a string$/, ""],
  [/Tls\.(None|Opportunistic|Required|Wrapper)/g, "--tls $1"],
];

/** A message of the library with the flags of this command instead of the names in code. */
export function inFlags(message: string): string {
  return flags.reduce(
    (text, [name, flag]) =>
      text.replace(name, (_, mode?: unknown) =>
        typeof mode === "string" ? flag.replace("$1", mode.toLowerCase()) : flag,
      ),
    message,
  );
}
