/** Before and after a whole word. */
const start: string = String.raw`(?:^|[^\p{L}\p{N}])`;
const end: string = String.raw`(?!\p{L})`;

/**
 * The words that stand near a one-time code. Endings and compounds match too: "codes", "codul", "Bestätigungscode".
 * Each list is a part of a regular expression.
 */
export const codeWord: RegExp = anyOf(
  // The same word in most languages of Europe.
  String.raw`${start}(?:\p{L}{2,24}?)?(?:${alternatives(
    String.raw`codes? kodes? kod[aeiuy]?\p{L}{0,4} kód\p{L}{0,4} koodi\p{L}{0,3} c[oó]digos? codice codici cod(?:ul|uri)`,
  )})${end}`,
  wholeWords(
    "otp totp 2fa mfa pin tan passcode passkey password passwort kennwort einmalpasswort einmalkennwort clave",
    String.raw`contraseña senha wachtwoord hasło heslo şifre\p{L}{0,3} parola mã token mot\sde\spasse`,
    String.raw`код\p{L}{0,3} парол\p{L}{1,3} пін пин κωδικ\p{L}{1,3}`,
  ),
  // Scripts that do not separate words, or join them with others.
  "验证码 驗證碼 校验码 動態碼 动态码 动态密码 确认码 確認碼 安全码 安全碼 授权码",
  "認証コード 確認コード 認証番号 確認番号 コード 暗証番号 ワンタイム パスワード",
  String.raw`인증\s?번호 인증\s?코드 확인\s?코드 코드 비밀번호`,
  "رمز الرمز كود קוד סיסמ कोड ओटीपी कूट รหัส কোড குறியீடு",
);

/** Codes that are not for logging in, and numbers that have a name of their own. */
export const otherNumber: RegExp = anyOf(
  // Codes that a reader may use again, or that are not for readers.
  String.raw`(?:${alternatives(
    "promo promotion promotional discount coupon voucher gift rabatt gutschein aktions referral invite zip post postal",
    "area country dialing dialling error status exit source qr bar dress sort swift tracking product item color colour",
    "upc ean sku isbn hs tax bank branch cost country",
  )})[\s-]?(?:code|kode|kod|number|nummer)\p{L}{0,3}`,
  String.raw`code\s(?:promo|postal|de\sréduction|erreur|source|barre|produit|of\sconduct)`,
  String.raw`c[oó]digo\s(?:postal|promocional|de\s(?:descuento|desconto|barras|error|erro|producto))`,
  String.raw`codice\s(?:sconto|postale|fiscale|errore|promozionale) fehlercode postleitzahl plz`,
  // What is counted or named by a number.
  wholeWords(
    "orders? bestell(?:ung|nummer|nr) auftrags?(?:nummer|nr)? commande pedido ordine bestelling",
    String.raw`zamówieni\p{L} заказ\p{L}? замовлен\p{L}{1,3} счет`,
    "invoice rechnungs?(?:nummer|nr)? facture factura fattura fatura factuur receipt",
    "ticket case booking reference referenz référence referencia ref transaction serial model version build",
    "account konto(?:nummer)? compte cuenta customer kunden(?:nummer|nr)? client cliente member(?:ship)?",
    "tracking shipment parcel colis room flight suite street straße rue postfach iban vat ust hrb siret abn",
    "phone telefon tel fax mobile handy call",
  ),
  String.raw`订单 訂單 注文番号 注文 주문\s?번호 주문 電話 电话 전화 طلب הזמנה`,
);

function anyOf(...lists: readonly string[]): RegExp {
  return new RegExp(alternatives(...lists), "giu");
}

function wholeWords(...lists: readonly string[]): string {
  return `${start}(?:${alternatives(...lists)})${end}`;
}

/** What is between blanks becomes alternatives: inside an alternative, a blank is `\s`. */
function alternatives(...lists: readonly string[]): string {
  return lists.join(" ").split(" ").join("|");
}

/** What is said around a code that makes something cheaper. */
export const bargain: RegExp = anyOf(
  String.raw`\d\s?%`,
  wholeWords(
    "off discount save sale checkout rabatt sparen gutschein remise soldes descuento desconto sconto korting",
  ),
);

/** What a number counts, right behind it. */
export const unit: RegExp = new RegExp(
  String.raw`^\s?(?:${alternatives(
    "days? hours? minutes? mins? seconds? weeks? months? years? times people users customers points miles km kg gb mb",
    "tagen? tage stunden? minuten? wochen? monaten? jahren? mal kunden punkte jours? heures? semaines? mois ans",
    "días horas minutos semanas meses años dias anos giorni ore minuti settimane mesi anni dagen uur weken maanden",
  )})${end}`,
  "iu",
);
