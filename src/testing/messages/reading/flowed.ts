/** Text of format=flowed, its lines put together to paragraphs (RFC 3676 4.2); lines end in LF. */
export function unflow(text: string, delSp: boolean): string {
  const pieces: string[] = [];
  let flowing = false;
  let quotes = 0;
  for (let at = 0; at <= text.length; ) {
    const lf = text.indexOf("\n", at);
    const end = lf === -1 ? text.length : lf;
    let marks = at;
    while (marks < end && text[marks] === ">") marks++;
    // One blank behind the marks is there to be taken away (RFC 3676 4.4).
    const begin = marks < end && text[marks] === " " ? marks + 1 : marks;
    const signature = end - begin === 3 && text.startsWith("-- ", begin);
    const joined = flowing && marks - at === quotes && !signature;
    if (!joined && at > 0) pieces.push("\n");
    quotes = marks - at;
    flowing = end > begin && text[end - 1] === " " && !signature;
    // Quoted lines keep the blank, as people write it.
    const from = !joined && quotes > 0 ? at : begin;
    pieces.push(text.slice(from, flowing && delSp ? end - 1 : end));
    at = end + 1;
  }
  return pieces.join("");
}
