-- Which time a record has, when windows close, what a LIMIT and a query by hand may show.

--@test: EMIT FINAL without a GRACE PERIOD closes a window at its end
CREATE STREAM taps (id STRING KEY, n INT) WITH (kafka_topic='taps', value_format='JSON');
CREATE TABLE per_second AS SELECT id, COUNT(*) AS taps FROM taps WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY id EMIT FINAL;
INSERT INTO taps (rowtime, id, n) VALUES (100, 'a', 1);
INSERT INTO taps (rowtime, id, n) VALUES (999, 'a', 1);
INSERT INTO taps (rowtime, id, n) VALUES (1000, 'b', 1);
INSERT INTO taps (rowtime, id, n) VALUES (998, 'a', 1);
INSERT INTO taps (rowtime, id, n) VALUES (2000, 'c', 1);
ASSERT VALUES per_second (rowtime, id, taps, windowstart) VALUES (999, 'a', 2, 0);
ASSERT VALUES per_second (rowtime, id, taps, windowstart) VALUES (1000, 'b', 1, 1000);

--@test: EMIT CHANGES without a GRACE PERIOD takes rows that are hours late
CREATE STREAM taps (id STRING KEY, n INT) WITH (kafka_topic='taps', value_format='JSON');
CREATE TABLE per_second AS SELECT id, COUNT(*) AS taps FROM taps WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY id;
INSERT INTO taps (rowtime, id, n) VALUES (100, 'a', 1);
INSERT INTO taps (rowtime, id, n) VALUES (86399999, 'b', 1);
INSERT INTO taps (rowtime, id, n) VALUES (200, 'a', 1);
INSERT INTO taps (rowtime, id, n) VALUES (86400000, 'b', 1);
INSERT INTO taps (rowtime, id, n) VALUES (300, 'a', 1);
INSERT INTO taps (rowtime, id, n) VALUES (86400001, 'b', 1);
ASSERT VALUES per_second (id, taps, windowstart) VALUES ('a', 1, 0);
ASSERT VALUES per_second (id, taps, windowstart) VALUES ('b', 1, 86399000);
ASSERT VALUES per_second (id, taps, windowstart) VALUES ('a', 2, 0);
ASSERT VALUES per_second (id, taps, windowstart) VALUES ('b', 1, 86400000);
ASSERT VALUES per_second (id, taps, windowstart) VALUES ('b', 2, 86400000);

--@test: no window is lost when time jumps far
CREATE STREAM taps (id STRING KEY, n INT) WITH (kafka_topic='taps', value_format='JSON');
CREATE TABLE finals AS SELECT id, COUNT(*) AS taps FROM taps WINDOW TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 5 SECONDS) GROUP BY id EMIT FINAL;
INSERT INTO taps (rowtime, id, n) VALUES (1000, 'a', 1);
INSERT INTO taps (rowtime, id, n) VALUES (12000, 'b', 1);
INSERT INTO taps (rowtime, id, n) VALUES (25000, 'c', 1);
INSERT INTO taps (rowtime, id, n) VALUES (60000, 'd', 1);
ASSERT VALUES finals (id, taps, windowstart) VALUES ('a', 1, 0);
ASSERT VALUES finals (id, taps, windowstart) VALUES ('b', 1, 10000);
ASSERT VALUES finals (id, taps, windowstart) VALUES ('c', 1, 20000);

--@test: with kafka-streams windows that expire before they are emitted are lost
SET 'compatibility' = 'kafka-streams';
CREATE STREAM taps (id STRING KEY, n INT) WITH (kafka_topic='taps', value_format='JSON');
CREATE TABLE finals AS SELECT id, COUNT(*) AS taps FROM taps WINDOW TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 5 SECONDS) GROUP BY id EMIT FINAL;
INSERT INTO taps (rowtime, id, n) VALUES (1000, 'a', 1);
INSERT INTO taps (rowtime, id, n) VALUES (12000, 'b', 1);
INSERT INTO taps (rowtime, id, n) VALUES (25000, 'c', 1);
INSERT INTO taps (rowtime, id, n) VALUES (35000, 'd', 1);
ASSERT VALUES finals (id, taps, windowstart) VALUES ('b', 1, 10000);
ASSERT VALUES finals (id, taps, windowstart) VALUES ('c', 1, 20000);

--@test: with kafka-streams a longer RETENTION keeps windows until they are emitted
SET 'compatibility' = 'kafka-streams';
CREATE STREAM taps (id STRING KEY, n INT) WITH (kafka_topic='taps', value_format='JSON');
CREATE TABLE finals AS SELECT id, COUNT(*) AS taps FROM taps WINDOW TUMBLING (SIZE 10 SECONDS, RETENTION 30 SECONDS, GRACE PERIOD 5 SECONDS) GROUP BY id EMIT FINAL;
INSERT INTO taps (rowtime, id, n) VALUES (1000, 'a', 1);
INSERT INTO taps (rowtime, id, n) VALUES (12000, 'b', 1);
INSERT INTO taps (rowtime, id, n) VALUES (25000, 'c', 1);
ASSERT VALUES finals (id, taps, windowstart) VALUES ('a', 1, 0);
ASSERT VALUES finals (id, taps, windowstart) VALUES ('b', 1, 10000);

--@test: a record may be dated as far past its own append time as max_future says
SET 'max_future' = '1000';
CREATE STREAM s (k STRING KEY, happened BIGINT) WITH (kafka_topic='s', value_format='JSON', timestamp='happened');
CREATE STREAM seen AS SELECT k, happened FROM s;
INSERT INTO s (rowtime, k, happened) VALUES (5000, 'a', 6000);
INSERT INTO s (rowtime, k, happened) VALUES (5000, 'b', 6001);
INSERT INTO s (rowtime, k, happened) VALUES (5001, 'c', 6001);
ASSERT VALUES seen (rowtime, k, happened) VALUES (6000, 'a', 6000);
ASSERT VALUES seen (rowtime, k, happened) VALUES (6001, 'c', 6001);

--@test: UNIX_TIMESTAMP is the time of the machine, not that of the record
CREATE STREAM s (k STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM stamped AS SELECT k, UNIX_TIMESTAMP() > 1000000 AS now FROM s;
INSERT INTO s (rowtime, k, v) VALUES (5, 'a', 1);
ASSERT VALUES stamped (rowtime, k, now) VALUES (5, 'a', true);

--@test: UNIX_TIMESTAMP behind a table is known to a join that looks it up
CREATE TABLE t (k STRING PRIMARY KEY, v INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM s (k STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE stamped AS SELECT k, UNIX_TIMESTAMP() > 1000000 AS now FROM t;
CREATE STREAM joined AS SELECT s.k AS k, stamped.now AS now FROM s JOIN stamped ON s.k = stamped.k;
INSERT INTO t (rowtime, k, v) VALUES (5, 'a', 1);
INSERT INTO s (rowtime, k, v) VALUES (6, 'a', 1);
ASSERT VALUES joined (k, now) VALUES ('a', true);

--@test: with ksqldb hour 24 is the midnight at the end of a day
SET 'compatibility' = 'ksqldb';
CREATE STREAM s (k STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM early AS SELECT * FROM s WHERE ROWTIME < '1970-01-01T24';
INSERT INTO s (rowtime, k, v) VALUES (86399999, 'a', 1);
INSERT INTO s (rowtime, k, v) VALUES (86400000, 'b', 1);
INSERT INTO s (rowtime, k, v) VALUES (1, 'c', 1);
ASSERT VALUES early (k, v) VALUES ('a', 1);
ASSERT VALUES early (k, v) VALUES ('c', 1);

--@test: key columns stay in the order of the key
CREATE STREAM s (a INT KEY, b INT KEY, v INT) WITH (kafka_topic='s', format='JSON');
CREATE STREAM o AS SELECT b, a, v FROM s;
ASSERT STREAM o (a INT KEY, b INT KEY, v INT) WITH (KAFKA_TOPIC='o');

--@test: their order in the SELECT is not supported where ksqlDB's new planner is asked for
--@expected.error: unsupported
SET 'compatibility' = 'ksqldb';
SET 'ksql.new.query.planner.enabled' = 'true';
CREATE STREAM s (a INT KEY, b INT KEY, v INT) WITH (kafka_topic='s', format='JSON');
CREATE STREAM o AS SELECT b, a, v FROM s;

--@test: with ksqldb a query by hand cannot ask for the place of a row
--@expected.error: invalid-argument
--@expected.message: ROWOFFSET
SET 'compatibility' = 'ksqldb';
CREATE STREAM s (k STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
SELECT k, ROWOFFSET FROM s;

--@test: with ksqldb a declared table that no query keeps cannot be read by hand
--@expected.error: invalid-argument
--@expected.message: kept by no query
SET 'compatibility' = 'ksqldb';
CREATE TABLE t (k STRING PRIMARY KEY, v INT) WITH (kafka_topic='t', value_format='JSON');
SELECT * FROM t WHERE k = 'a';

--@test: with ksqldb IN takes keys of the key's type only
--@expected.error: invalid-argument
--@expected.message: not a string
SET 'compatibility' = 'ksqldb';
CREATE STREAM s (k INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
SELECT * FROM t WHERE k IN ('1', 2);

--@test: with ksqldb IN takes no NULL for a key
--@expected.error: invalid-argument
--@expected.message: NULL
SET 'compatibility' = 'ksqldb';
CREATE STREAM s (k INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
SELECT * FROM t WHERE k IN (1, NULL);
