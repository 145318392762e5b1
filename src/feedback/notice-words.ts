/**
 * The words by which a report for people is known. Servers have hardly changed theirs in thirty years; those of mail
 * programs for companies are translated.
 */

/** Whether the author is a mail system. A report has the null sender (RFC 5321 section 4.5.5), as have others. */
export function isMailSystem(from: string, returnPath: string | undefined): boolean {
  if (/^\s*<\s*>\s*$/.test(returnPath ?? "")) return true;
  return systems.test(from.slice(0, 500));
}

/** Whether a subject is one of reports. */
export function isFailureSubject(subject: string): boolean {
  return subjects.test(subject.slice(0, 300));
}

/** Whether one of the first hundred lines says that a mail could not be delivered. */
export function isFailureNotice(lines: readonly string[]): boolean {
  return openings.test(lines.slice(0, 100).join(" ").slice(0, 16_384));
}

/** Whether a report says that somebody still tries. */
export function isDelayNotice(subject: string, lines: readonly string[]): boolean {
  if (delaySubjects.test(subject.slice(0, 300))) return true;
  const text = lines.slice(0, 100).join(" ").replace(/\s+/g, " ").slice(0, 16_384);
  return delays.test(text) && !givenUp.test(text);
}

const systems: RegExp =
  /mailer-?daemon|post_?master|mail(?:er)?[ _.-]?(?:delivery|deliver|administrator|system|router)|delivery (?:sub)?system|system administrator|(?:^|[<"'\s])(?:mdaemon|bounces?|mail-?daemon|mmdf|uucp|mta|x400-mta)@|microsoftexchange[0-9a-f]{10,}@|"?(?:internet mail|mail) (?:delivery|service)|administrator/i;

const subjects: RegExp =
  /(?:un(?:deliver(?:able|ed)|zustellbar|distributed))|(?:failure|failed|error|problem|failing|failur)\b.{0,20}\b(?:notice|notification|mail|delivery|deliver|report|sending)|(?:mail|message|delivery|transport|delivering)\b.{0,30}\b(?:fail(?:ed|ure|ing)?|error|delayed|warning|problem|impossible|status|could ?n.t|not (?:be )?delivered|undelivered)|returned (?:mail|to sender|message|e-?mail)|(?:return(?:ed|ing)) message|mail (?:system|could|delivery)|notice: mail|non[ -]?deliver|not delivered|(?:could|can)(?: ?not|n't) (?:be )?(?:deliver|send)|rejected|delivery status|bounce|message undelivered|unknown user|user unknown|not found|zustell|nicht zugestellt|échec|non[ -]remis|non distribu|no se (?:puede|ha podido) entregar|no entregado|devuelto|mancata consegna|non recapitabile|onbestelbaar|não (?:foi )?entregue|devolvid|niedostarcz|недоставлен|не доставлено|возвращено|配信(?:不能|不可|エラー|できません)|送信(?:エラー|できません)|エラーメール|メールエラー|エラー通知|未(?:送达|傳遞|传递)|退信|无法投递|전송 실패|반송/iu;

const openings: RegExp =
  /(?:could|can|was|were|has|have|did|is|are)(?: ?not|n't)(?: (?:been|be|able to|yet|get))*.{0,20}(?:deliver|sent\b|send\b|reach|accept|relay|transmit)|(?:unable|failed|failure|failures?|failing|trouble|impossible|problems?|errors?|difficult\w+|refused|inability)(?: occurred)? (?:to|in|while|when|with|during|trying to) .{0,20}(?:deliver|send|rela|transmi|forward)|delivery .{0,60}(?:fail|delayed|error|problem|aborted|unsuccessful)|undeliver|(?:recipients?|address(?:es)?|users?|mailboxe?s?)\b.{0,60}(?:fail|error|problem|reject|unknown|refused|invalid|not (?:found|exist|reach|receive|listed))|(?:unknown|no such|invalid) (?:user|recipient|mailbox|address|account|local-part)|this is the [\w.+-]+ program at|mail delivery software|transcript of (?:the )?(?:session|attempts)|was returned|returned to (?:you|sender)|(?:mail|message|e-?mail) (?:system|server) (?:could|was|encountered)|mailbox (?:is )?full|over ?quota|has been (?:rejected|returned|delayed|blocked)|was (?:rejected|blocked)|bounced|non zustell|konnte.{0,60}(?:nicht|zugestellt)|nicht zugestellt|unzustellbar|n'a pas pu être|n'ont pas|impossible de remettre|échec de la remise|non è stato (?:possibile|recapitato)|no se (?:pudo|puede|ha podido)|não (?:pôde|foi)|kan niet worden|не может быть доставлен|не удалось доставить|配(?:信|送|達).{0,20}(?:でき|失敗)|送信.{0,12}(?:でき|失敗)|無法|无法|退回/isu;

const delaySubjects: RegExp =
  /\b(?:delay(?:ed)?|delivery status notification \(delay\)|still (?:trying|undelivered)|warning: could not send message|warning - delayed mail|delayed mail|verzögert|zögerung|retard|retrasad|ritardat|遅延|延迟)/iu;

const delays: RegExp =
  /(?:will|shall) (?:continue|be continued|keep|try|be (?:re)?tried|be (?:re)?attempted|retry|be trying|attempt) |(?:delivery|further) attempts (?:to deliver the message )?will (?:continue|be made)|(?:not|n't) (?:yet )?been delivered (?:yet|to (?:one|all))|has not yet been delivered|is still (?:undelivered|being|trying|in the queue)|no action is required on your part|do(?:es)? not need to resend|warning message only|has been delayed|(?:message|mail) (?:is|was) delayed|we'?ll (?:keep|continue|try)|wird.{0,40}weiter(?:hin)? versucht/i;

const givenUp: RegExp =
  /(?:giv(?:en|ing) up|gave up|will not (?:be )?(?:continue|retr|try|tried|attempt)|no (?:further|more) (?:delivery )?attempts|permanent(?:ly)? (?:error|fail|fatal|delivery)|failed permanently|has been (?:deleted|removed) from the queue|retry time(?:out)? (?:exceeded|not reached for any)|could not be delivered for (?:the last|more than)|was not delivered within)/i;
