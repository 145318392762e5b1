import { leasing } from "./leasing.ts";
import { planned } from "./planned.ts";

/**
 * The function by which workers claim mails: up to `most`, a share of each tenant that is not blocked, beginning behind
 * the tenant `last`.
 *
 * The tenants are found by jumping from one to the next in the index, and of each the first mails are locked.
 */
export function claimFunction(s: string): string {
  return `create function ${s}.claim(of_worker text, mark uuid, most integer, last text, blocked text[])
    returns setof ${s}.mail language plpgsql ${planned} as $$
    begin
      return query with recursive tenants as (
        select case when last is null then (select m.tenant from ${s}.mail m where m.state = 'ready'
          order by m.tenant limit 1) else (select m.tenant from ${s}.mail m where m.state = 'ready' and m.tenant > last
          order by m.tenant limit 1) end as tenant, 1 as n
        union all
        select (select m.tenant from ${s}.mail m where m.state = 'ready' and m.tenant > t.tenant
          order by m.tenant limit 1), n + 1
        from tenants t where t.tenant is not null and n < most + cardinality(blocked)
      ), open as (
        select tenant from tenants where tenant is not null and tenant <> all (blocked)
      ), shares as (
        select tenant, greatest(1, most / count(*) over ()) as share from open
      ), picked as materialized (
        select each.id from shares cross join lateral (
          select m.id from ${s}.mail m
          where m.state = 'ready' and m.tenant = shares.tenant and (m.expires is null or m.expires > now())
          order by m.priority desc, m.id limit shares.share for update skip locked) as each
        limit most
      )
      ${leasing(s)}
    end $$`;
}
