create view data.planted as select 1 as one;
