create function data.planted() returns int language sql security definer as 'select 1';
