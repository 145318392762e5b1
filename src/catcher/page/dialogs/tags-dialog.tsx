import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { tagChosen } from "../state/commands.ts";
import { tags as knownTags, rows } from "../state/mail-list.ts";
import { attempt } from "../state/notices.ts";
import { openMessage } from "../state/open-message.ts";
import { closeOverlay } from "../state/overlay.ts";
import { chosen } from "../state/selection.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";

/** Adds tags to the chosen mails, and removes them. */
export function TagsDialog() {
  const text = useSignal("");
  const id = useId();
  const present = presentTags();
  const add = (tag: string) => {
    text.value = "";
    void attempt(tagChosen((before) => (before.includes(tag) ? before : [...before, tag])));
  };
  const remove = (tag: string) => void attempt(tagChosen((before) => before.filter((each) => each !== tag)));
  const count = chosen.value.length;
  return (
    <Dialog title={count === 1 ? "Tags of this mail" : `Tags of ${count} mails`} onClose={closeOverlay}>
      <div class="tags">
        {present.length === 0 ? <span class="quiet">No tags yet</span> : null}
        {present.map((tag) => (
          <span key={tag} class="tag">
            {tag}
            <IconButton icon="close" label={`Remove the tag ${tag}`} onClick={() => remove(tag)} />
          </span>
        ))}
      </div>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (text.value.trim() !== "") add(text.value.trim());
        }}
      >
        <label for={id}>New tag</label>
        <div class="code-line">
          <input
            id={id}
            type="text"
            maxLength={100}
            list={`${id}-known`}
            value={text.value}
            onInput={(event) => {
              text.value = event.currentTarget.value;
            }}
          />
          <Button type="submit" icon="plus">
            Add
          </Button>
        </div>
        <datalist id={`${id}-known`}>
          {knownTags.value.map((tag) => (
            <option key={tag} value={tag} />
          ))}
        </datalist>
      </form>
    </Dialog>
  );
}

function presentTags(): readonly string[] {
  const ids = new Set(chosen.value);
  const { value: opened } = openMessage;
  const lists = rows.value.all.flatMap((row) =>
    row !== undefined && ids.has(row.ID) ? [row.Tags ?? []] : [],
  );
  if (opened.state === "ready" && ids.has(opened.value.ID)) lists.push(opened.value.Tags ?? []);
  return [...new Set(lists.flat())].sort();
}
