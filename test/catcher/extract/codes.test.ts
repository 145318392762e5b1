import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { mailCodes } from "#src/catcher/extract/codes.js";

/** The codes that are more likely than not. */
function likely(...texts: string[]): string[] {
  return mailCodes(texts)
    .filter(({ confidence }) => confidence > 0.5)
    .map(({ code }) => code);
}

describe("finds a one-time code", () => {
  for (const [text, code] of [
    ["Your verification code is 123456", "123456"],
    ["Your code: 0042", "0042"],
    ["482913 is your Example verification code.", "482913"],
    ["G-551209 is your Google verification code.", "G-551209"],
    ["Enter this code to sign in:\n\n  771 204  \n\nIt expires in 10 minutes.", "771204"],
    ["Security code\n88213", "88213"],
    ["Use OTP 90 12 34 to log in", "901234"],
    ["PIN: 9081", "9081"],
    ["Your one-time passcode\n\nX7K9-Q2M4", "X7K9-Q2M4"],
    ["Confirmation code: ABCDEF", "ABCDEF"],
    ["Here is your login code:\n1 2 3 4 5 6", "123456"],
    ["Your code is 123-456.", "123-456"],
    ["Ihr Bestätigungscode lautet 553412.", "553412"],
    ["Dein Einmalpasswort: 4711", "4711"],
    ["TAN: 884422", "884422"],
    ["Votre code de vérification est : 771 003", "771003"],
    ["Su código de verificación es 662211", "662211"],
    ["O seu código é 559900", "559900"],
    ["Il tuo codice di verifica è 120934", "120934"],
    ["Je verificatiecode is 998877", "998877"],
    ["Din kod är 334455", "334455"],
    ["Twój kod weryfikacyjny: 708090", "708090"],
    ["Váš ověřovací kód je 616263", "616263"],
    ["Doğrulama kodunuz: 445566", "445566"],
    ["Ваш код подтверждения: 909192", "909192"],
    ["Ваш пароль для входа: 77123", "77123"],
    ["Ο κωδικός σας είναι 313233", "313233"],
    ["您的验证码是123456，5分钟内有效。", "123456"],
    ["【示例】验证码：8848", "8848"],
    ["認証コード：567890", "567890"],
    ["인증번호 [345678]를 입력하세요", "345678"],
    ["رمز التحقق الخاص بك هو ٤٥٦٧٨٩", "456789"],
    ["קוד האימות שלך: 121314", "121314"],
    ["Use 4821 as your password reset code", "4821"],
    ["Slack confirmation code: ABC-DEF", "ABC-DEF"],
    ["Sign-in code\nQZ4-81K", "QZ4-81K"],
    ["MFA token: 123456 (valid until 14:05)", "123456"],
    ["รหัสยืนยันของคุณคือ 515253", "515253"],
    [
      "Hi Jo,\n\nUse the following code to verify your email address:\n\n482 193\n\nThis code expires in 15 minutes.",
      "482193",
    ],
    ["Your GitHub launch code\n\n31427688\n\nContinue signing up", "31427688"],
    [
      "[GitHub] Please verify your device\nVerification code: 081634\nIf you did not attempt to sign in...",
      "081634",
    ],
    ["Your Apple ID Code is: 123 456. Don't share it with anyone.", "123456"],
    ["WhatsApp code 123-456", "123-456"],
    ["<#> Your Uber code is 1234. Never share this code.", "1234"],
    ["123456 is your Facebook confirmation code", "123456"],
    ["Use 123456 to verify your Instagram account.", "123456"],
    ["Your login code for Telegram: 12345", "12345"],
    ["Steam Guard code you need to login to account jo:\n\nR4K2P", "R4K2P"],
    [
      "Hello,\nThank you for choosing us. Use this OTP to complete your Sign Up procedures and verify your account\n\n9 8 7 6 5 4\n",
      "987654",
    ],
    ["Enter this code:\nABCD-EFGH", "ABCD-EFGH"],
    ["Your temporary password: xK9-mQ2", "xK9-mQ2"],
    ["Sign in with code 00A9F3", "00A9F3"],
    ["Your two-factor authentication code is\n  553 901  ", "553901"],
    ["Twój kod PIN: 4821", "4821"],
    ["Код: 5521", "5521"],
    ["Используйте код 849302 для входа.", "849302"],
    ["Bitte geben Sie folgenden Code ein: 83 92 10", "839210"],
    ["Hier ist dein Code\n\nF7-Q2-88\n", "F7-Q2-88"],
    ["您正在登录，动态密码：662371，请勿泄露", "662371"],
    ["「123456」があなたの確認コードです", "123456"],
    ["本人確認のため、次の認証番号を入力してください。\n\n認証番号：0912", "0912"],
    ["[서비스] 인증번호는 [482910] 입니다.", "482910"],
    ["ваш одноразовый пароль 7719", "7719"],
    ["Mã xác minh của bạn là 123456", "123456"],
    ["Kode verifikasi Anda: 443322", "443322"],
    ["आपका ओटीपी 887766 है", "887766"],
    ["Codul tău de verificare este 771122", "771122"],
    ["Vahvistuskoodisi on 334411", "334411"],
    ["Your code: 1234\nOrder: 9999", "1234"],
    ["Magic code — 77-81-90 — valid 5 min", "77-81-90"],
    [
      "Your verification code is 123456. If you have questions call +1 800 555 1234 or visit 1600 Amphitheatre Pkwy, Mountain View, CA 94043",
      "123456",
    ],
    ["PIN 4021", "4021"],
    ["Security code: 12345678", "12345678"],
    ["*Code:* *778812*", "778812"],
    ["Your code is 2024", "2024"],
    ["Your code is １２３４５６", "123456"],
  ] as const)
    test(JSON.stringify(text), () => assert.deepEqual(likely(text), [code]));
});

describe("takes nothing else for a code", () => {
  for (const text of [
    "Copyright 2026 Example Ltd. Enter the code that we sent you.",
    "Your order 123456 was shipped",
    "Order number: 4471123. Thank you.",
    "Invoice no. 20261130",
    "Total: $1234.00",
    "Total: 1234 EUR",
    "You pay 4999 kr",
    "Call us: +49 30 123456",
    "Phone: 0800 123 4567",
    "Meet at 12:30 on 2026-11-30",
    "Use promo code SAVE2026 at checkout",
    "Ihr Gutscheincode: XMAS2026",
    "Code postal : 75001",
    "Zip code 94043",
    "Error code: 5503",
    "We have 10000 customers in 2025.",
    "https://example.com/verify?code=123456",
    "Write to code1234@example.com",
    "Your ticket 778899 was updated. The source code is attached.",
    "HELLO WORLD",
    "The dress code is CASUAL",
    "Your order #123456 has shipped. Tracking number 1Z999AA10123456784",
    "Kundennummer: 123456\nRechnungsnummer: 998877\nBetrag: 1234,56 €",
    "© 2024 Example, 1600 Amphitheatre Pkwy, CA 94043",
    "Save 5000 today! Use code WINTER24 for 20% off",
    "Your discount code: SAVE20",
    "Coupon code:\nSPRING2026",
    "IBAN DE89 3704 0044 0532 0130 00",
    "Flight LH1234 departs 10:45 on 2026-12-01",
    "Call 0800 1234567 for help",
    "Ihre PLZ: 10115 Berlin",
    "Version 2026.11 build 4711",
    "Error code 0x80070005",
    "The HTTP status code 4040 was returned",
    "Postal code: 10115",
    "Thanks for your payment of 1500 USD.",
    "Meeting ID: 123 456 7890",
    "In 2019 we wrote the code of conduct",
    "Your verification code will arrive in a separate mail within 10 minutes. Ref 889911.",
    "Bestellnummer 4711-2233",
    "Set your password within 24 hours",
    "Change your password: it is 1000 days old",
    "Customer since 2015",
    "Sortcode 20-00-00 account 12345678",
    "UPC code 0123456789",
    "We will never ask for your PIN. Call 12345 if anyone does.",
    "Nothing here",
    "",
  ])
    test(JSON.stringify(text), () => assert.deepEqual(likely(text), []));
});

test("finds the code between other numbers, and says in which line", () => {
  const text =
    "Example Bank\nOrder 998877\nTo confirm the payment of 120.00 EUR on 30.11.2026, enter the code 456 123.\n© 2026";
  assert.deepEqual(mailCodes([text])[0], {
    code: "456123",
    confidence: 0.95,
    line: "To confirm the payment of 120.00 EUR on 30.11.2026, enter the code 456 123.",
  });
  assert.deepEqual(likely(text), ["456123"]);
});

test("finds a code of subject, text and HTML once", () => {
  assert.deepEqual(likely("123456 is your code", "Your code is 123456.", "Code\n123456"), ["123456"]);
});

test("puts the surest code first", () => {
  const [first, second] = mailCodes(["The code was sent in 2019 to you.", "Code: 445566"]);
  assert.equal(first?.code, "445566");
  assert.ok(second === undefined || second.confidence < 0.5);
});

test("looks at a long line in a time that grows with its length", () => {
  const pieces = [
    "code 1234 ",
    "x",
    "x@",
    "@x.",
    "AB12 ",
    "AB-12-",
    "1234 ",
    "http://a.test/",
    "%",
    "\u0661 ",
  ];
  for (const piece of pieces) {
    const seconds = (count: number): number => {
      const before = process.cpuUsage();
      mailCodes([piece.repeat(Math.ceil(count / piece.length))]);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    seconds(10_000);
    assert.ok(seconds(100_000) < 40 * Math.max(seconds(10_000), 2000), piece);
  }
});

test("takes no part of a code for one at the end of what is read", () => {
  for (const code of ["12345678", "4567 890", "AB12-CD34", "A B C D 1 2"]) {
    const whole = code.replaceAll(" ", "");
    for (let room = 0; room <= 30; room++) {
      const long = `${"x\n".repeat(99_995).slice(room)}\nYour code is ${code} now\n${"x\n".repeat(100)}`;
      const line = `${"x ".repeat(993).slice(room)}Your code is ${code} now`;
      for (const text of [long, line]) {
        for (const found of mailCodes([text])) {
          assert.equal(found.code, whole);
          assert.ok(found.line.length <= 2000);
        }
      }
    }
  }
  const emoji = mailCodes([`Your code is 123456. ${"\u{1f600}".repeat(2000)}`])[0];
  assert.equal(emoji?.code, "123456");
  assert.doesNotMatch(emoji.line, /\p{Cs}/u);
});

test("takes no part of a link or an address for a code", () => {
  for (const word of [
    "https://a.test/1234",
    "www.a.test/?code=5678",
    "(https://a.test/1234)",
    "x-https://1234",
    "jo.1234@a.test",
    "mailto:jo@1234",
    "jo@a.1234",
    "@@1234.5",
    "@1234",
    "jo@1234",
    "ahttps://1234",
  ])
    assert.deepEqual(mailCodes([`Your code: ${word}`]), [], word);
});
