/**
 * The words that stand near a one-time code. Those of languages that separate words match at the beginning of a word,
 * so that endings and compounds ("codes", "codul") match too; compounds that end in them ("Bestätigungscode") do as well.
 */
export const codeWord: RegExp = new RegExp(
  [
    // Latin script: code, kod, codice, código, and what goes with them.
    String.raw`(?:^|[^\p{L}\p{N}])(?:\p{L}{2,24}?)?(?:codes?|kodes?|kod[aeiuy]?\p{L}{0,4}|kód\p{L}{0,4}|koodi\p{L}{0,3}|c[oó]d(?:igos?|ice|ici|ul|uri)|codi)(?![\p{L}])`,
    String.raw`(?:^|[^\p{L}\p{N}])(?:otp|totp|2fa|mfa|pin|tan|passcode|passkey|kennwort|einmalpasswort|einmalkennwort|clave|contraseña|senha|wachtwoord|hasło|heslo|şifre\p{L}{0,3}|parola|mã|token|password|passwort|mot de passe)(?![\p{L}])`,
    // Cyrillic and Greek.
    String.raw`(?:^|[^\p{L}])(?:код\p{L}{0,3}|парол\p{L}{1,3}|пін|пин|κωδικ\p{L}{1,3})(?![\p{L}])`,
    // Scripts that do not separate words, or join them with others.
    "验证码|驗證碼|校验码|動態碼|动态码|动态密码|确认码|確認碼|安全码|安全碼|授权码|認証コード|確認コード|認証番号|確認番号|コード|暗証番号|ワンタイム|パスワード|인증\\s?번호|인증\\s?코드|확인\\s?코드|코드|비밀번호",
    "رمز|الرمز|كود|קוד|סיסמ|कोड|ओटीपी|कूट|รหัส|কোড|குறியீடு",
  ].join("|"),
  "giu",
);

/** Codes that are not for logging in, and numbers that have a name of their own. */
export const otherNumber: RegExp = new RegExp(
  [
    // Codes that a reader may use again, or that are not for readers.
    String.raw`(?:promo|promotion(?:al)?|discount|coupon|voucher|gift|rabatt|gutschein|aktions|referral|invite|zip|post(?:al)?|area|country|dial(?:l?ing)?|error|status|exit|source|qr|bar|dress|sort|swift|tracking|product|item|colou?r)[\s-]?(?:code|kode|kod|number|nummer)\p{L}{0,3}`,
    `code (?:promo|postal|de réduction|erreur|source|barre|produit)|c[oó]digo (?:postal|promocional|de (?:descuento|desconto|barras|error|erro|producto))|codice (?:sconto|postale|fiscale|errore|promozionale)|fehlercode|postleitzahl|plz|code of conduct`,
    // What is counted or named by a number.
    String.raw`(?:^|[^\p{L}])(?:orders?|bestell(?:ung|nummer|nr)|auftrags?(?:nummer|nr)?|commande|pedido|ordine|bestelling|zamówieni\p{L}|заказ\p{L}?|замовлен\p{L}{1,3}|invoice|rechnungs?(?:nummer|nr)?|facture|factura|fattura|fatura|factuur|счет|ticket|case|booking|reference|referenz|référence|referencia|ref|account|konto(?:nummer)?|compte|cuenta|customer|kunden(?:nummer|nr)?|client|cliente|member(?:ship)?|tracking|shipment|parcel|colis|transaction|receipt|serial|model|version|build|room|flight|phone|telefon|tel|fax|mobile|handy|call|iban|vat|ust|hrb|siret|abn|po box|postfach|suite|street|straße|rue)(?![\p{L}])`,
    "订单|訂單|注文番号|注文|주문\\s?번호|주문|電話|电话|전화|طلب|הזמנה",
  ].join("|"),
  "giu",
);
