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
  const seconds = (count: number): number => {
    const before = process.cpuUsage();
    mailCodes(["code 1234 ".repeat(count)]);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  seconds(2000);
  assert.ok(seconds(20_000) < 40 * Math.max(seconds(2000), 2000));
});
