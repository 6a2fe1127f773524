-- access may not look down to data; data looks up to it.
create or replace trigger policies__generate after insert or update or delete on access.policies
  for each row execute function data.tg_policies__generate();
