import { overlay } from "../state/overlay.ts";
import { CommandPalette } from "./command-palette.tsx";
import { DeleteAllDialog } from "./delete-all-dialog.tsx";
import { ReleaseDialog } from "./release-dialog.tsx";
import { SearchHelp } from "./search-help.tsx";
import { ShortcutsDialog } from "./shortcuts-dialog.tsx";
import { TagsDialog } from "./tags-dialog.tsx";

/** The dialog that is open, if one is. */
export function Overlays() {
  switch (overlay.value) {
    case "shortcuts":
      return <ShortcutsDialog />;
    case "search-help":
      return <SearchHelp />;
    case "palette":
      return <CommandPalette />;
    case "release":
      return <ReleaseDialog />;
    case "tags":
      return <TagsDialog />;
    case "delete-all":
      return <DeleteAllDialog />;
    case "menu":
    case undefined:
      return null;
  }
}
