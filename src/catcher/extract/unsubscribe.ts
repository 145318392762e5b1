import type { ParsedHeader } from "../../mime/reading/head.ts";
import type { MailLink } from "./links.ts";

/** How a reader can leave the list that a mail came from. */
export interface Unsubscribing {
  /** The URIs of List-Unsubscribe (RFC 2369). */
  readonly header: readonly string[];
  /** Whether one of them takes a POST without a question (RFC 8058). */
  readonly oneClick: boolean;
  /** The link in the mail whose text says so. */
  readonly link?: string | undefined;
}

/** Finds out how a reader can unsubscribe. @returns `undefined` if the mail does not say. */
export function unsubscribing(
  headers: readonly ParsedHeader[],
  links: readonly MailLink[],
): Unsubscribing | undefined {
  const fieldValue = (name: string) => headers.find((field) => field.name.toLowerCase() === name)?.value;
  const header = [...(fieldValue("list-unsubscribe") ?? "").matchAll(/<\s*([^<>]*[^<>\s])\s*>/g)]
    .map(([, uri = ""]) => uri.replace(/\s+/g, ""))
    .filter((uri) => /^(?:https?|mailto):/i.test(uri));
  const post = (fieldValue("list-unsubscribe-post") ?? "").replace(/\s+/g, "");
  const oneClick = /^List-Unsubscribe=One-Click$/i.test(post) && header.some((uri) => /^https:/i.test(uri));
  const link = links.find(({ text }) => LEAVING.test(text)) ?? links.find(({ url }) => LEAVING.test(url));
  if (header.length === 0 && link === undefined) return undefined;
  return { header, oneClick, ...(link && { link: link.url }) };
}

const LEAVING =
  /un-?subscri|opt[\s-]?out|abmelde|abbestell|austragen|d[ée]sabonn|d[ée]sinscri|se d[ée]sinscrire|darse de baja|cancelar (?:la )?(?:suscripci|inscri|assinatura)|anular la suscripci|descadastr|disiscri|annulla l.iscrizione|afmeld|uitschrijv|avsluta prenumeration|avregistrera|avmeld|afmeld|peruuta tilaus|wypisz|odhl[áa]si|leiratkoz|dezabon|aboneli[ğk].*(?:iptal|ayr)|отписа|відписа|退订|取消订阅|取消訂閱|配信停止|購読解除|登録解除|수신\s?거부|구독\s?취소|إلغاء الاشتراك|הסר|hủy đăng ký|berhenti berlangganan/iu;
