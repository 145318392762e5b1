/** What is tested: a part of an application that sends a mail. */
export async function signUp(address, transport) {
  await transport.send({
    from: "shop@shop.example",
    to: address,
    subject: "Welcome",
    text: `Hello ${address}, your account is ready.`,
  });
}
