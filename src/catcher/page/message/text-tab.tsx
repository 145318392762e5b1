import type { Message } from "../api/mailpit.ts";
import { clipped } from "../ui/clipped.ts";
import { CopyButton } from "../ui/copy-button.tsx";

/** The text of a mail. Links in it can be opened; they tell their sites nothing of this page. */
export function TextTab({ message }: { message: Message }) {
  if (message.Text === "") return <p class="nothing">This mail has no text.</p>;
  return (
    <div class="code-block">
      <pre class="mail-text">{linked(message.Text)}</pre>
      <CopyButton text={message.Text} what="the text" />
    </div>
  );
}

/** Above this size the text is shown as it is: a link each would slow the browser down. */
const most = 200_000;

function linked(text: string) {
  if (text.length > most) return clipped(text, 10 * most);
  return text.split(/(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]}])/).map((piece, index) =>
    index % 2 === 0 ? (
      piece
    ) : (
      <a key={index} href={piece} target="_blank" rel="noopener noreferrer">
        {piece}
      </a>
    ),
  );
}
