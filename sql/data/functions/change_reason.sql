-- Why a change is made, as whoever makes it says: the setting cadastre.reason, which the server sets from the header
-- X-Change-Reason and the command line from --reason. Asked at the beginning of every road on which rows are changed by
-- hand (edits, restores, replays, undos), so that none can leave it out where the organization asks for it. Loads of
-- files and events need none: what they say is the file's. Internal.
create or replace function data.change_reason(p_org uuid) returns text
language plpgsql stable
set search_path = ''
as $$
declare
  reason text := nullif(trim(current_setting('cadastre.reason', true)), '');
  max_length constant int := 1000;
begin
  if length(reason) > max_length then
    perform core.raise('HS002', format('the reason is longer than %s characters', max_length), 'Say it in fewer words.', 'reason');
  elsif reason is null and private.reasons_required(p_org) then
    perform core.raise('HS001', 'your organization asks for a reason with every change',
      'Say why: in GraphQL and HTTP by the header X-Change-Reason, on the command line by --reason.', 'reason');
  end if;
  return reason;
end
$$;
comment on function data.change_reason(uuid) is 'The reason given for a change, or null. Errors: HS001 one is needed, HS002 too long. Internal.';
revoke execute on function data.change_reason(uuid) from public;
