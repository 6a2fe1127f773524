create table data.planted (id int primary key);
