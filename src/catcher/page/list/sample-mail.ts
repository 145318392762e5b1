/** A mail that shows what the page can do, as `POST /api/v1/send` takes it. */
export function sampleMail(): unknown {
  return {
    From: { Name: "envoi", Email: "hello@envoi.test" },
    To: [{ Name: "You", Email: "you@app.test" }],
    Subject: "Your code is 402193",
    Text: "Your code is 402193.\n\nOr open https://app.test/confirm?token=sample to confirm your address.\n",
    HTML: html,
    Tags: ["sample"],
    Attachments: [{ Filename: "terms.txt", ContentType: "text/plain", Content: btoa("Be kind.\n") }],
  };
}

const html = `<!doctype html>
<html>
<head>
<meta name="color-scheme" content="light dark">
<style>
body { margin: 0; background: #f2f4f1; font: 16px/1.5 Helvetica, Arial, sans-serif; color: #22302b; }
.card { max-width: 480px; margin: 32px auto; padding: 32px; border-radius: 12px; background: #ffffff; }
.code { font: bold 32px/1 monospace; letter-spacing: 6px; padding: 20px; border-radius: 8px; background: #e6efeb; text-align: center; }
.button { display: inline-block; padding: 12px 24px; border-radius: 8px; background: #2f6f62; color: #ffffff; text-decoration: none; }
@media (prefers-color-scheme: dark) {
  body { background: #151a18; color: #dde5e1; }
  .card { background: #1f2623; }
  .code { background: #2a3530; }
}
</style>
</head>
<body>
<div class="card">
<h1>Welcome</h1>
<p>Your code is:</p>
<p class="code">402193</p>
<p>Or confirm your address with one click:</p>
<p><a class="button" href="https://app.test/confirm?token=sample">Confirm</a></p>
</div>
</body>
</html>
`;
