import { wholeChunk } from "./chunks.ts";
import { content, type Dialogue, data, ehlo, mail, NUMBER, octets } from "./dialogue.ts";
import { many, message } from "./message.ts";

/** Commands that arrive at once. */
export function* groupsAfterEhlo(): Iterable<Dialogue> {
  for (const [name, [text, replies]] of Object.entries(groups))
    yield {
      name: `at once: ${name}`,
      service: "plain",
      steps: [ehlo, octets(text, replies), content(`${message}.\r\n`)],
    };
  const next = "MAIL FROM:<s@sender.example>\r\nRCPT TO:<d{n}@inbox.example>\r\n";
  yield {
    name: "at once: content and the next transaction",
    service: "plain",
    steps: [
      ehlo,
      octets(`${next}DATA\r\n`, 3),
      content(`${message}.\r\n${next}DATA\r\n`, 4),
      content(`${message}.\r\n`),
    ],
  };
  yield {
    name: "at once: content and QUIT",
    service: "plain",
    steps: [ehlo, octets(`${next}DATA\r\n`, 3), content(`${message}.\r\nQUIT\r\n`, 2)],
  };
  yield {
    name: "at once: a hundred recipients and two more",
    service: "plain",
    steps: [
      ehlo,
      mail,
      octets(many(`RCPT TO:<d${NUMBER}@inbox.example>\r\n`, 102), 102),
      data,
      content(`${message}.\r\n`),
    ],
  };
}

/** Commands that arrive at once, and how many replies they ask for. */
const groups: Readonly<Record<string, readonly [string, number]>> = {
  "a transaction up to DATA": ["MAIL FROM:<s@sender.example>\r\nRCPT TO:<d{n}@inbox.example>\r\nDATA\r\n", 3],
  "a transaction whose recipients are refused": [
    "MAIL FROM:<s@sender.example>\r\nRCPT TO:<nobody@inbox.example>\r\nDATA\r\n",
    3,
  ],
  "some recipients refused": [
    "MAIL FROM:<s@sender.example>\r\nRCPT TO:<nobody@inbox.example>\r\nRCPT TO:<d{n}@inbox.example>\r\nDATA\r\n",
    4,
  ],
  "a refused sender": ["MAIL FROM:<s@\r\nRCPT TO:<d{n}@inbox.example>\r\nDATA\r\n", 3],
  "RSET in front": ["RSET\r\nMAIL FROM:<s@sender.example>\r\nRCPT TO:<d{n}@inbox.example>\r\nDATA\r\n", 4],
  "RSET at every turn": [
    "RSET\r\nMAIL FROM:<s@sender.example>\r\nRSET\r\nMAIL FROM:<s@sender.example>\r\nRSET\r\nNOOP\r\n",
    6,
  ],
  "two transactions begun": ["MAIL FROM:<s@sender.example>\r\nMAIL FROM:<t@sender.example>\r\n", 2],
  "recipients without a sender": ["RCPT TO:<d{n}@inbox.example>\r\nRCPT TO:<d{n}@inbox.example>\r\n", 2],
  "an unknown command among others": ["NOOP\r\nXYZZY\r\nNOOP\r\n", 3],
  "ten NOOPs": [many("NOOP\r\n", 10), 10],
  "a transaction by BDAT": [
    `MAIL FROM:<s@sender.example>\r\nRCPT TO:<d{n}@inbox.example>\r\n${wholeChunk}`,
    3,
  ],
  "two transactions by BDAT": [
    many(`RSET\r\nMAIL FROM:<s@sender.example>\r\nRCPT TO:<d{n}@inbox.example>\r\n${wholeChunk}`, 2),
    8,
  ],
  "a transaction by BDAT, refused": [
    `MAIL FROM:<s@sender.example>\r\nRCPT TO:<nobody@inbox.example>\r\n${wholeChunk}NOOP\r\n`,
    4,
  ],
  "refused chunks, more of them": [
    `MAIL FROM:<s@sender.example>\r\nRCPT TO:<nobody@inbox.example>\r\nBDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n`,
    5,
  ],
  "the proof that chunks are discarded": [
    "MAIL FROM:<s@sender.example>\r\nBDAT 6 LAST\r\nXXXX\r\nRSET\r\n",
    3,
  ],
  "QUIT with something behind it": ["QUIT\r\nNOOP\r\n", 1],
};
