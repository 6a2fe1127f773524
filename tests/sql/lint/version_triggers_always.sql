alter table audit.events enable trigger events__refuse;
