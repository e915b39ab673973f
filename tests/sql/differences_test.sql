-- Where Leat does otherwise than ksqlDB, and what compatibility = 'ksqldb' changes (docs/semantics.md).

--@test: names compare without case and keep the case of their first spelling
CREATE STREAM Orders (Id STRING KEY, totalAmount INT) WITH (kafka_topic='orders', value_format='JSON');
CREATE STREAM bigOrders AS SELECT id, TOTALAMOUNT FROM ORDERS WHERE totalamount > 1;
INSERT INTO orders (ID, TotalAmount) VALUES ('a', 2);
ASSERT VALUES BigOrders (id, totalamount) VALUES ('a', 2);
ASSERT STREAM bigorders (Id STRING KEY, totalAmount INT) WITH (KAFKA_TOPIC='bigOrders');

--@test: with ksqldb names without quotes are in upper case
SET 'compatibility' = 'ksqldb';
CREATE STREAM orders (id STRING KEY, amount INT) WITH (kafka_topic='orders', value_format='JSON');
CREATE STREAM large AS SELECT * FROM orders;
INSERT INTO orders (id, amount) VALUES ('a', 2);
ASSERT VALUES large (id, amount) VALUES ('a', 2);
ASSERT STREAM `LARGE` (`ID` STRING KEY, `AMOUNT` INT) WITH (KAFKA_TOPIC='LARGE');

--@test: a topic has its source's name where none is named
CREATE STREAM orders (id STRING KEY, amount INT) WITH (value_format='JSON');
INSERT INTO orders (id, amount) VALUES ('a', 2);
ASSERT STREAM orders (id STRING KEY, amount INT) WITH (KAFKA_TOPIC='orders');

--@test: with ksqldb a topic must be named
--@expected.error: invalid-argument
--@expected.message: topic
SET 'compatibility' = 'ksqldb';
CREATE STREAM orders (id STRING KEY, amount INT) WITH (value_format='JSON');

--@test: INSERT INTO SELECT needs a name
--@expected.error: invalid-argument
--@expected.message: QUERY_ID
CREATE STREAM a (k STRING KEY, v INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (k STRING KEY, v INT) WITH (kafka_topic='b', value_format='JSON');
INSERT INTO b SELECT * FROM a;

--@test: with ksqldb INSERT INTO SELECT gets a number
SET 'compatibility' = 'ksqldb';
CREATE STREAM a (k STRING KEY, v INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (k STRING KEY, v INT) WITH (kafka_topic='b', value_format='JSON');
INSERT INTO b SELECT * FROM a;
INSERT INTO a (k, v) VALUES ('x', 1);
ASSERT VALUES b (k, v) VALUES ('x', 1);

--@test: an overflow takes the record out and leaves the state as it was
CREATE STREAM s (k STRING KEY, a INT, b INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM sums AS SELECT k, a + b AS c FROM s;
CREATE TABLE totals AS SELECT k, SUM(a) AS total FROM s GROUP BY k;
INSERT INTO s (k, a, b) VALUES ('x', 2147483647, 1);
INSERT INTO s (k, a, b) VALUES ('x', -1, 1);
ASSERT VALUES sums (k, c) VALUES ('x', 0);
ASSERT VALUES totals (k, total) VALUES ('x', 2147483647);
ASSERT VALUES totals (k, total) VALUES ('x', 2147483646);

--@test: with ksqldb an overflow wraps
SET 'compatibility' = 'ksqldb';
CREATE STREAM s (k STRING KEY, a INT, b INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM sums AS SELECT k, a + b AS c, a / (b - 1) AS d FROM s;
INSERT INTO s (k, a, b) VALUES ('x', 2147483647, 1);
ASSERT VALUES sums (k, c, d) VALUES ('x', -2147483648, NULL);

--@test: a cast that cannot be takes the record out
CREATE STREAM s (k STRING KEY, a BIGINT, w STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM o AS SELECT k, CAST(a AS INT) AS i, CAST(w AS INT) AS n FROM s;
INSERT INTO s (k, a, w) VALUES ('x', 2147483648, '1');
INSERT INTO s (k, a, w) VALUES ('x', 1, 'one');
INSERT INTO s (k, a, w) VALUES ('x', 3, '4');
ASSERT VALUES o (k, i, n) VALUES ('x', 3, 4);

--@test: with ksqldb a cast wraps, or is null, and the row stays
SET 'compatibility' = 'ksqldb';
CREATE STREAM s (k STRING KEY, a BIGINT, w STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM o AS SELECT k, CAST(a AS INT) AS i, CAST(w AS INT) AS n FROM s;
INSERT INTO s (k, a, w) VALUES ('x', 2147483648, 'one');
ASSERT VALUES o (k, i, n) VALUES ('x', -2147483648, NULL);

--@test: division of decimals rounds half up
CREATE STREAM s (k STRING KEY, d DECIMAL(4,2)) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM o AS SELECT k, CAST(d / 3 AS DECIMAL(6,4)) AS e FROM s;
INSERT INTO s (k, d) VALUES ('x', 2.00);
ASSERT VALUES o (k, e) VALUES ('x', 0.6667);

--@test: with ksqldb a division of decimals that does not end is null
SET 'compatibility' = 'ksqldb';
CREATE STREAM s (k STRING KEY, d DECIMAL(4,2)) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM o AS SELECT k, d / 3 AS e FROM s;
INSERT INTO s (k, d) VALUES ('x', 2.00);
INSERT INTO s (k, d) VALUES ('x', 3.00);
ASSERT VALUES o (k, e) VALUES ('x', NULL);
ASSERT VALUES o (k, e) VALUES ('x', 1.00);

--@test: comparisons with NULL are false
CREATE STREAM s (k STRING KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM o AS SELECT k, a = 1 AS eq, a <> 1 AS ne, a IN (1, 2) AS inside, a IS DISTINCT FROM 1 AS differs FROM s;
INSERT INTO s (k, a) VALUES ('x', NULL);
ASSERT VALUES o (k, eq, ne, inside, differs) VALUES ('x', FALSE, FALSE, FALSE, TRUE);

--@test: HAVING leaves nothing for a group that never passed
CREATE STREAM s (k STRING KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT k, SUM(a) AS total FROM s GROUP BY k HAVING SUM(a) > 10;
INSERT INTO s (k, a) VALUES ('x', 1);
INSERT INTO s (k, a) VALUES ('x', 10);
INSERT INTO s (k, a) VALUES ('x', -5);
ASSERT VALUES t (k, total) VALUES ('x', 11);
ASSERT NULL VALUES t (k) KEY ('x');

--@test: with ksqldb the empty group may have passed
SET 'compatibility' = 'ksqldb';
CREATE STREAM s (k STRING KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT k, SUM(a) AS total FROM s GROUP BY k HAVING SUM(a) < 10;
INSERT INTO s (k, a) VALUES ('x', 11);
INSERT INTO s (k, a) VALUES ('x', -5);
ASSERT NULL VALUES t (k) KEY ('x');
ASSERT VALUES t (k, total) VALUES ('x', 6);

--@test: a jump of time loses no final window
CREATE STREAM s (k STRING KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 10 MILLISECONDS, GRACE PERIOD 0 SECONDS)
  GROUP BY k EMIT FINAL;
INSERT INTO s (k, rowtime, a) VALUES ('b', 1, 1);
INSERT INTO s (k, rowtime, a) VALUES ('a', 2, 1);
INSERT INTO s (k, rowtime, a) VALUES ('a', 11, 1);
INSERT INTO s (k, rowtime, a) VALUES ('a', 900000000000, 1);
ASSERT VALUES t (k, n, windowstart) VALUES ('a', 1, 0);
ASSERT VALUES t (k, n, windowstart) VALUES ('b', 1, 0);
ASSERT VALUES t (k, n, windowstart) VALUES ('a', 1, 10);

--@test: a late row changes no window, whatever comes between
CREATE STREAM s (k STRING KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT k, SUM(a) AS n FROM s WINDOW TUMBLING (SIZE 10 MILLISECONDS, GRACE PERIOD 5 MILLISECONDS)
  GROUP BY k EMIT CHANGES;
INSERT INTO s (k, rowtime, a) VALUES ('x', 1, 1);
INSERT INTO s (k, rowtime, a) VALUES ('x', 14, 2);
INSERT INTO s (k, rowtime, a) VALUES ('x', 2, 4);
INSERT INTO s (k, rowtime, a) VALUES ('x', 15, 8);
INSERT INTO s (k, rowtime, a) VALUES ('x', 3, 16);
INSERT INTO s (k, rowtime, a) VALUES ('x', 16, 32);
ASSERT VALUES t (k, n, windowstart) VALUES ('x', 1, 0);
ASSERT VALUES t (k, n, windowstart) VALUES ('x', 2, 10);
ASSERT VALUES t (k, n, windowstart) VALUES ('x', 5, 0);
ASSERT VALUES t (k, n, windowstart) VALUES ('x', 10, 10);
ASSERT VALUES t (k, n, windowstart) VALUES ('x', 42, 10);

--@test: a table keeps what came last, whatever its time
CREATE TABLE t (k STRING PRIMARY KEY, v INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM s (k STRING KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM j AS SELECT s.k AS k, a, v FROM s LEFT JOIN t ON s.k = t.k;
INSERT INTO t (k, rowtime, v) VALUES ('x', 10, 1);
INSERT INTO t (k, rowtime, v) VALUES ('x', 5, 2);
INSERT INTO s (k, rowtime, a) VALUES ('x', 20, 7);
INSERT INTO s (k, rowtime, a) VALUES ('y', 21, 8);
ASSERT VALUES j (k, rowtime, a, v) VALUES ('x', 20, 7, 2);
ASSERT VALUES j (k, rowtime, a, v) VALUES ('y', 21, 8, NULL);

--@test: KAFKA values can be grouped
CREATE STREAM s (k STRING KEY, a INT) WITH (kafka_topic='s', value_format='KAFKA');
CREATE TABLE t WITH (value_format='JSON') AS SELECT k, SUM(a) AS n FROM s GROUP BY k;
INSERT INTO s (k, a) VALUES ('x', 1);
ASSERT VALUES t (k, n) VALUES ('x', 1);

--@test: with ksqldb KAFKA values cannot be grouped
--@expected.error: invalid-argument
--@expected.message: KAFKA
SET 'compatibility' = 'ksqldb';
CREATE STREAM s (k STRING KEY, a INT) WITH (kafka_topic='s', value_format='KAFKA');
CREATE TABLE t WITH (value_format='JSON') AS SELECT k, SUM(a) AS n FROM s GROUP BY k;

--@test: a property of ksqlDB is known to its compatibility only
--@expected.error: invalid-argument
--@expected.message: compatibility
SET 'ksql.query.pull.table.scan.enabled' = 'true';

--@test: a quoted empty field is empty text in DELIMITED
CREATE STREAM s (k STRING KEY, a STRING, b STRING) WITH (kafka_topic='s', value_format='DELIMITED');
CREATE STREAM o AS SELECT k, a, b IS NULL AS none FROM s;
INSERT INTO s (k, a, b) VALUES ('x', '', NULL);
ASSERT VALUES o (k, a, none) VALUES ('x', '', TRUE);
