import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { Button } from "./button.tsx";
import type { IconName } from "./icon.tsx";

/** A form for JSON. It says what is wrong with what was entered, whether the page or the catcher finds it. */
export function JsonForm(props: {
  /** What is in the form at first. */
  readonly example: string;
  readonly rows: number;
  readonly button: string;
  readonly icon: IconName;
  /** What stands above the field, with a label for the id. */
  children(id: string): ComponentChildren;
  /** Uses what was entered. What it throws is shown. */
  submit(value: unknown): Promise<void>;
}) {
  const { example, rows, button, icon, children, submit } = props;
  const text = useSignal(example);
  const problem = useSignal("");
  const id = useId();
  const use = async () => {
    problem.value = "";
    try {
      await submit(JSON.parse(text.value));
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    }
  };
  return (
    <form
      class="json-form"
      onSubmit={(event) => {
        event.preventDefault();
        void use();
      }}
    >
      {children(id)}
      <textarea
        id={id}
        rows={rows}
        spellcheck={false}
        aria-invalid={problem.value !== ""}
        aria-describedby={`${id}-problem`}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
      />
      <p id={`${id}-problem`} class="failure" role="alert">
        {problem.value}
      </p>
      <Button type="submit" kind="primary" icon={icon}>
        {button}
      </Button>
    </form>
  );
}
