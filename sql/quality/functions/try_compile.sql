-- A deployed rule as SQL; nothing where what it names is there no more: then it rests. Internal.
drop function if exists quality.try_compile(uuid, text, text[], jsonb);
create or replace function quality.try_compile(p_dataset uuid, p_kind text, p_fields text[], p_parameters jsonb,
  out target text, out fails text, out prepare text, out measure text, out low numeric, out high numeric, out message text, out remedy text, out carry jsonb)
returns record
language plpgsql stable
set search_path = ''
as $$
declare
  c record;
begin
  select * into c from quality.compile_rule(p_dataset, p_kind, p_fields, p_parameters);
  target := c.target; fails := c.fails; prepare := c.prepare; measure := c.measure; low := c.low; high := c.high; message := c.message; remedy := c.remedy; carry := c.carry;
exception when sqlstate 'QC003' or sqlstate 'QC002' then
  target := null;
end
$$;
comment on function quality.try_compile(uuid, text, text[], jsonb) is 'A deployed rule as SQL, or nulls where its fields are gone. Internal.';
