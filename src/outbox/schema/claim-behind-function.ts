import { leasing } from "./leasing.ts";
import { planned } from "./planned.ts";

/**
 * The function by which a worker goes on behind the mails that it claimed last: `heads` holds the tenant, the priority
 * and the id of the last one. It begins there in the index, and so does not read again what was drained: while an old
 * snapshot is held, PostgreSQL cannot forget the entries of mails that are gone.
 */
export function claimBehindFunction(s: string): string {
  return `create function ${s}.claim_behind(of_worker text, mark uuid, most integer, heads jsonb)
    returns setof ${s}.mail language plpgsql ${planned} as $$
    begin
      return query with head as materialized (
        select tenant, priority, id from jsonb_to_recordset(heads) as h (tenant text, priority smallint, id bigint)
      ), shares as (
        select tenant, greatest(1, most / count(*) over ()) as share from head group by tenant
      ), picked as materialized (
        select each.id from shares cross join lateral (
          select next.id from (
            select h.priority, h.id from head h where h.tenant = shares.tenant order by h.priority desc
          ) as h cross join lateral (
            select m.id from ${s}.mail m
            where m.state = 'ready' and m.tenant = shares.tenant and m.priority = h.priority and m.id > h.id
              and (m.expires is null or m.expires > now())
            order by m.id limit shares.share for update skip locked) as next
          limit shares.share) as each
        limit most
      )
      ${leasing(s)}
    end $$`;
}
