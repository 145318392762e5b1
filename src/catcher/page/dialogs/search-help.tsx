import { closeOverlay } from "../state/overlay.ts";
import { go } from "../state/route.ts";
import { Dialog } from "../ui/dialog.tsx";

const rows = [
  ["welcome code", "mails with both words"],
  ['"your code"', "mails with these words in this order"],
  ["to:anna", "to, cc and bcc: to: cc: bcc:, or all three with addressed:"],
  ["from:shop", "the sender; reply-to: for where answers go"],
  ["mailbox:anna@app.test", "a recipient by SMTP; mailbox:@app.test a domain, mailbox:login:shop a login"],
  ["subject:welcome", "the subject"],
  ["message-id:abc", "the Message-ID"],
  ["tag:newsletter", "a tag"],
  ["is:unread", "also is:read and is:tagged"],
  ["has:attachment", "also has:inline and has:attachments"],
  ["after:2026-11-29", "also before:, and both with a time"],
  ["larger:100k", "also smaller:"],
  ["!from:shop", "everything but this; - does the same"],
] as const;

/** What the search understands: mailpit's language. */
export function SearchHelp() {
  return (
    <Dialog title="What a search can say" onClose={closeOverlay}>
      <table class="search-help">
        <thead class="unseen">
          <tr>
            <th scope="col">Search</th>
            <th scope="col">Finds</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([example, meaning]) => (
            <tr key={example}>
              <td>
                <button
                  type="button"
                  class="example"
                  onClick={() => {
                    closeOverlay();
                    go({ query: example });
                  }}
                >
                  {example}
                </button>
              </td>
              <td>{meaning}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="quiet">Words and filters can be combined: all of them must hold.</p>
    </Dialog>
  );
}
