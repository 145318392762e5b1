/**
 * The function by which workers claim mails: up to `most`, a share of each tenant that is not blocked, beginning behind
 * the tenant `last`.
 *
 * The tenants are found by jumping from one to the next in the index, and of each the first mails are locked. It is a
 * function because only so its plan cannot change: without the two settings the planner may prefer to read the whole
 * table when its statistics are old, which takes a second behind a backlog.
 */
export function claimFunction(s: string): string {
  return `create function ${s}.claim(of_worker text, mark uuid, most integer, last text, blocked text[])
    returns setof ${s}.mail language plpgsql set enable_seqscan = off set enable_bitmapscan = off set jit = off as $$
    begin
      return query with recursive tenants as (
        select (select m.tenant from ${s}.mail m where m.state = 'ready' and (last is null or m.tenant > last)
          order by m.tenant limit 1) as tenant, 1 as n
        union all
        select (select m.tenant from ${s}.mail m where m.state = 'ready' and m.tenant > t.tenant
          order by m.tenant limit 1), n + 1
        from tenants t where t.tenant is not null and n < most + cardinality(blocked)
      ), open as (
        select tenant from tenants where tenant is not null and tenant <> all (blocked)
      ), shares as (
        select tenant, ceil(most::float8 / count(*) over ())::integer as share from open
      ), picked as materialized (
        select each.id from shares cross join lateral (
          select m.id from ${s}.mail m
          where m.state = 'ready' and m.tenant = shares.tenant and (m.expires is null or m.expires > now())
          order by m.priority desc, m.id limit shares.share for update skip locked) as each
        limit most
      )
      update ${s}.mail m set state = 'leased', claim = mark, worker = of_worker
      from picked where m.id = picked.id and m.state = 'ready'
        and exists (select 1 from ${s}.worker w where w.id = of_worker and w.until > now())
      returning m.*;
    end $$`;
}
