reset role; create table data.planted (id int);
