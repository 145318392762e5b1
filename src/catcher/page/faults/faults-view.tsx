import { useEffect } from "preact/hooks";
import { addFault, clearFaults, deleteFault, type ListedFault, switchFault } from "../api/lab.ts";
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
      <ul>
        {all.map((each) => (
          <Listed key={each.id} {...each} />
        ))}
      </ul>
      {all.length === 1 ? null : (
        <Button icon="trash" onClick={() => void change(clearFaults())}>
          Remove all
        </Button>
      )}
    </section>
  );
}

function Listed({ id, fault, on, hits }: ListedFault) {
  const name = presetOf(fault)?.name ?? "Your own";
  return (
    <li class={on ? "" : "off"}>
      <b>{name}</b>
      <code>{JSON.stringify(fault)}</code>
      <span class="hits">{on ? struck(hits) : `off, ${struck(hits)}`}</span>
      <Button onClick={() => void change(switchFault(id, !on))}>{on ? "Switch off" : "Switch on"}</Button>
      <IconButton
        icon="trash"
        label={`Remove the fault ${name}`}
        onClick={() => void change(deleteFault(id))}
      />
    </li>
  );
}

function struck(hits: number): string {
  if (hits === 0) return "has not struck";
  return hits === 1 ? "struck once" : `struck ${hits.toLocaleString()} times`;
}

function Switch({ preset }: { preset: FaultPreset }) {
  const listed = faults.value.filter(({ fault }) => isPreset(preset, fault));
  const on = listed.some((each) => each.on);
  return (
    <button
      type="button"
      class="switch"
      role="switch"
      aria-checked={on}
      onClick={() => void change(listed.length > 0 ? toggle(listed, !on) : addFault(preset.fault))}
    >
      <span class="switch-text">
        <b>{preset.name}</b>
        <span class="quiet">{preset.about}</span>
      </span>
      <span class="switch-knob" aria-hidden="true" />
    </button>
  );
}

/** A switch that goes off removes the fault, so that the list shows what the server does. */
async function toggle(listed: readonly ListedFault[], on: boolean): Promise<void> {
  for (const { id } of listed) await (on ? switchFault(id, true) : deleteFault(id));
}

async function change(work: Promise<unknown>): Promise<void> {
  await attempt(work);
  await refreshFaults();
}
