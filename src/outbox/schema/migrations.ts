import { claimBehindFunction } from "./claim-behind-function.ts";
import { claimFunction } from "./claim-function.ts";
import { recordFunction } from "./record-function.ts";

/** One step of the schema. Steps that were released do not change; a new one is added. */
export interface Migration {
  /** The version of the schema after it. */
  readonly version: number;
  /** The oldest version of the code that still works with the schema after it. */
  readonly compatible: number;
  /** The statements, for a schema whose name is quoted. */
  statements(schema: string): readonly string[];
}

/**
 * The steps from an empty database to what this code works with.
 *
 * The states of `mail.state`, one more than people see: `scheduled` (its time has not come), `ready` (may be claimed)
 * and `leased` (claimed, and not marked yet) are all "waiting" outside. Ids are sequential, because random ones in an
 * index that mails are claimed from make claims slow while an old snapshot is held.
 */
export const migrations: readonly Migration[] = [
  { version: 1, compatible: 1, statements: (schema) => first(schema) },
];

function first(s: string): string[] {
  return [
    `create table ${s}.mail (
      id bigint generated always as identity primary key,
      tenant text collate "C" not null default '',
      key text,
      digest text,
      tag text,
      priority smallint not null default 0,
      state text not null,
      enqueued timestamptz not null default now(),
      due timestamptz not null,
      at timestamptz not null,
      expires timestamptz,
      again boolean not null default false,
      sender text,
      recipients jsonb not null,
      message_id text collate "C" not null,
      content bytea,
      size bigint not null,
      pieces boolean not null default false,
      attempt integer not null default 0,
      claim uuid,
      worker text,
      started timestamptz,
      finished timestamptz
    ) with (autovacuum_vacuum_scale_factor = 0.05)`,
    // Mails up to a few kB are not worth the time of compressing them.
    `alter table ${s}.mail alter column content set storage external`,
    `create unique index mail_key on ${s}.mail (tenant, key) where key is not null`,
    `create index mail_ready on ${s}.mail (tenant, priority desc, id) where state = 'ready'`,
    `create index mail_scheduled on ${s}.mail (at) where state = 'scheduled'`,
    `create index mail_held on ${s}.mail (worker) where state in ('leased', 'sending')`,
    `create index mail_unknown on ${s}.mail (id) where state = 'unknown'`,
    `create index mail_expires on ${s}.mail (expires)
      where expires is not null and state in ('ready', 'scheduled')`,
    `create index mail_finished on ${s}.mail (finished) where finished is not null`,
    `create index mail_message_id on ${s}.mail (message_id)`,
    `create table ${s}.piece (
      id bigint generated always as identity primary key,
      hash text not null unique,
      octets bytea not null,
      used timestamptz not null default now()
    )`,
    `alter table ${s}.piece alter column octets set storage external`,
    `create table ${s}.mail_piece (
      mail bigint not null,
      n integer not null,
      position integer not null,
      piece bigint not null references ${s}.piece (id),
      primary key (mail, n)
    )`,
    `create index mail_piece_piece on ${s}.mail_piece (piece)`,
    `create table ${s}.event (
      seq bigint generated always as identity primary key,
      tx xid8 not null default pg_current_xact_id(),
      mail bigint not null,
      at timestamptz not null default clock_timestamp(),
      kind text not null,
      state text not null,
      attempt integer,
      worker text,
      started timestamptz,
      detail jsonb
    )`,
    `create index event_mail on ${s}.event (mail)`,
    `create index event_tx on ${s}.event (tx, seq)`,
    `create table ${s}.worker (
      id text primary key,
      host text not null,
      pid integer not null,
      started timestamptz not null default now(),
      until timestamptz not null,
      asleep boolean not null default false,
      listening boolean
    )`,
    `create table ${s}.permit (
      rate text not null,
      n integer not null,
      free_at timestamptz not null default '-infinity',
      worker text,
      interval_ms double precision not null,
      primary key (rate, n)
    )`,
    `create index permit_free on ${s}.permit (rate, free_at) where worker is null`,
    `create index permit_worker on ${s}.permit (worker) where worker is not null`,
    `create table ${s}.suppression (
      address text not null,
      tenant text not null default '',
      reason text not null,
      detail text,
      created timestamptz not null default now(),
      expires timestamptz,
      primary key (address, tenant)
    )`,
    `create table ${s}.feedback (
      id bigint generated always as identity primary key,
      at timestamptz not null default now(),
      mail bigint,
      tenant text not null default '',
      address text not null,
      type text not null,
      found_by text not null,
      status text,
      detail jsonb
    )`,
    `create index feedback_address on ${s}.feedback (address, at)`,
    `create index feedback_mail on ${s}.feedback (mail)`,
    // The recipients that still wait, ended with a word.
    `create function ${s}.ended(recipients jsonb, word text) returns jsonb language sql immutable as $$
      select coalesce(jsonb_agg(
        case when r->>'state' = 'waiting' then
          r || jsonb_build_object('state', word, 'tries',
            (r->>'tries')::int + case when word = 'unknown' then 1 else 0 end)
        else r end order by n), '[]'::jsonb)
      from jsonb_array_elements(recipients) with ordinality as each (r, n) $$`,
    // The state of a mail, by those of its recipients.
    `create function ${s}.overall(recipients jsonb) returns text language sql immutable as $$
      select coalesce((
        select word from unnest(array['waiting', 'unknown', 'sent', 'refused', 'failed', 'expired', 'suppressed',
          'cancelled']) with ordinality as words (word, n)
        where recipients @> jsonb_build_array(jsonb_build_object('state', word))
        order by n limit 1), 'cancelled') $$`,
    claimFunction(s),
    claimBehindFunction(s),
    recordFunction(s),
  ];
}
