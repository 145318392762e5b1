import type { Fault } from "../../testing/faults/definition/fault.ts";
import type { FaultHandle } from "../../testing/faults/selection/fault-book.ts";
import type { TestServer } from "../../testing/test-server.ts";
import { ApiError } from "../http/api-error.ts";
import type { RequestJson } from "./request-json.ts";

/** When a kind of command is refused, and with which code. */
export interface ChaosTrigger {
  /** From 400 to 599. */
  readonly ErrorCode: number;
  /** In per cent. */
  readonly Probability: number;
}

/** What mailpit calls chaos. */
export type ChaosJson = Readonly<Record<ChaosKind, ChaosTrigger>>;

/** A kind of command that chaos refuses. */
export type ChaosKind = "Sender" | "Recipient" | "Authentication";

/** Chaos as faults of a TestServer: so the same run fails in the same places. */
export class Chaos {
  readonly #server: TestServer;
  #triggers: ChaosJson = {
    Sender: { ErrorCode: 451, Probability: 0 },
    Recipient: { ErrorCode: 451, Probability: 0 },
    Authentication: { ErrorCode: 535, Probability: 0 },
  };
  #handle: FaultHandle | undefined;

  constructor(server: TestServer) {
    this.#server = server;
  }

  /** What is refused now. */
  get triggers(): ChaosJson {
    return this.#triggers;
  }

  /** Sets what is refused from now on. @throws ApiError with status 400 for numbers that have no meaning. */
  set(triggers: ChaosJson): void {
    const faults = Object.entries(triggers).flatMap(([kind, trigger]) => {
      checkTrigger(trigger);
      return trigger.Probability === 0 ? [] : faultOf(kind as ChaosKind, trigger);
    });
    this.#handle?.lift();
    this.#handle = faults.length === 0 ? undefined : this.#server.fail(...faults);
    this.#triggers = triggers;
  }
}

/** Reads triggers from a request. What is absent is off. */
export function readChaos(request: RequestJson): ChaosJson {
  const trigger = (kind: ChaosKind): ChaosTrigger => {
    const json = request.object(kind);
    return {
      ErrorCode: json.number("ErrorCode") || (kind === "Authentication" ? 535 : 451),
      Probability: json.number("Probability"),
    };
  };
  return {
    Sender: trigger("Sender"),
    Recipient: trigger("Recipient"),
    Authentication: trigger("Authentication"),
  };
}

function checkTrigger({ ErrorCode, Probability }: ChaosTrigger): void {
  if (ErrorCode < 400 || ErrorCode > 599) throw new ApiError("error code must be between 400 and 599");
  if (Probability < 0 || Probability > 100) throw new ApiError("probability must be between 0 and 100");
}

function faultOf(kind: ChaosKind, { ErrorCode, Probability }: ChaosTrigger): Fault {
  return {
    at: points[kind],
    ...(Probability < 100 && { when: { chance: Probability / 100 } }),
    reply: `${ErrorCode} ${Math.trunc(ErrorCode / 100)}.3.0 Chaos refuses this`,
  };
}

const points = { Sender: "mail", Recipient: "rcpt", Authentication: "auth" } as const;
