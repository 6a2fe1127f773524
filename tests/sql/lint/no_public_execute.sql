create function data.planted() returns int language sql as 'select 1'; grant execute on function data.planted() to public;
