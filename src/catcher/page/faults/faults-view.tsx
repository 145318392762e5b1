import { useEffect } from "preact/hooks";
import { type ActiveFault, addFault, liftFault } from "../api/lab.ts";
import { faults, refreshFaults } from "../state/faults.ts";
import { attempt } from "../state/notices.ts";
import { close } from "../state/selection.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { FaultEditor } from "./fault-editor.tsx";
import { type FaultPreset, faultPresets, isPreset, presetOf } from "./fault-presets.ts";

/** How often the counts are read again while the faults are open, in ms. */
const pause = 2_000;

/** The faults of the server: switches for common ones, and any other as JSON. */
export function FaultsView() {
  useEffect(() => {
    void refreshFaults();
    const timer = setInterval(() => {
      if (!document.hidden) void refreshFaults();
    }, pause);
    return () => clearInterval(timer);
  }, []);
  return (
    <section class="pane" aria-labelledby="faults-title">
      <header class="pane-head">
        <h1 id="faults-title">Faults</h1>
        <p class="quiet">What the server does wrong on purpose, to see what your program does then.</p>
        <IconButton icon="close" label="Close" shortcut="Escape" onClick={close} />
      </header>
      <Active />
      {faultPresets.map(({ title, presets }) => (
        <section key={title}>
          <h2>{title}</h2>
          <div class="switches">
            {presets.map((preset) => (
              <Switch key={preset.id} preset={preset} />
            ))}
          </div>
        </section>
      ))}
      <FaultEditor />
    </section>
  );
}

function Active() {
  const all = faults.value;
  if (all.length === 0) return <p class="hint">No fault is active: the server accepts all mail.</p>;
  return (
    <section class="active-faults" aria-label="Active faults">
      <h2>Active</h2>
      <ul>
        {all.map((each) => (
          <li key={each.id}>
            <b>{presetOf(each.fault)?.name ?? "Your own"}</b>
            <code>{JSON.stringify(each.fault)}</code>
            {each.strikes === undefined ? null : (
              <span class="quiet">struck {each.strikes === 1 ? "once" : `${each.strikes} times`}</span>
            )}
            <Button onClick={() => void lift([each])}>Remove</Button>
          </li>
        ))}
      </ul>
      <Button icon="trash" onClick={() => void lift(all)}>
        Remove all
      </Button>
    </section>
  );
}

function Switch({ preset }: { preset: FaultPreset }) {
  const active = faults.value.filter(({ fault }) => isPreset(preset, fault));
  const on = active.length > 0;
  return (
    <button
      type="button"
      class="switch"
      role="switch"
      aria-checked={on}
      onClick={() => void (on ? lift(active) : add(preset.fault))}
    >
      <span class="switch-text">
        <b>{preset.name}</b>
        <span class="quiet">{preset.about}</span>
      </span>
      <span class="switch-knob" aria-hidden="true" />
    </button>
  );
}

async function add(fault: unknown): Promise<void> {
  await attempt(addFault(fault));
  await refreshFaults();
}

async function lift(some: readonly ActiveFault[]): Promise<void> {
  for (const { id } of some) await attempt(liftFault(id));
  await refreshFaults();
}
