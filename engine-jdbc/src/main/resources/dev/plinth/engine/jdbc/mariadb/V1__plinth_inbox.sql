create table if not exists plinth_inbox (
  id bigint not null auto_increment primary key,
  row_id char(36) character set ascii not null default (uuid()),
  inbox varchar(64) character set ascii not null default 'default',
  workspace varchar(30) character set ascii not null,
  version smallint not null default 1,
  body longtext character set utf8mb4 not null,
  written_at timestamp(6) not null default current_timestamp(6)) engine = innodb;

create table if not exists plinth_inbox_refused (
  id bigint not null primary key,
  row_id char(36) character set ascii not null,
  inbox varchar(64) character set ascii not null,
  workspace varchar(30) character set ascii not null,
  version smallint not null,
  body longtext character set utf8mb4 not null,
  written_at timestamp(6) not null default current_timestamp(6),
  refused_at timestamp(6) not null default current_timestamp(6),
  problem longtext character set utf8mb4,
  resources text character set ascii not null,
  waits boolean not null) engine = innodb;
