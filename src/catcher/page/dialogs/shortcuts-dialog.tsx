import { type Command, commands } from "../state/commands.ts";
import { closeOverlay } from "../state/overlay.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Keys } from "./keys.tsx";

const groups: readonly Command["group"][] = ["Move", "Mail", "View", "Go to"];

/** Every key that does something. */
export function ShortcutsDialog() {
  return (
    <Dialog title="Keyboard shortcuts" class="wide" onClose={closeOverlay}>
      <div class="shortcuts">
        {groups.map((group) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {commands
                .filter(
                  (command) => command.group === group && command.keys.length > 0 && command.hidden !== true,
                )
                .map(({ name, keys }) => (
                  <div key={name}>
                    <dt>{name}</dt>
                    <dd>
                      <Keys keys={keys} />
                    </dd>
                  </div>
                ))}
              {group === "View" ? (
                <div>
                  <dt>Views of the mail</dt>
                  <dd>
                    <Keys keys={["1", "…", "9"]} />
                  </dd>
                </div>
              ) : null}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
