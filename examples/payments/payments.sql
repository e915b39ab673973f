-- Payments: accounts and transfers in, balances out. Every accepted transfer is two entries that add up to nothing, so
-- the sum of all balances is zero to the cent, whatever happens.

CREATE TABLE accounts (id STRING PRIMARY KEY, owner STRING, daily_limit DECIMAL(12, 2))
  WITH (kafka_topic = 'accounts', value_format = 'JSON', partitions = 4);

CREATE STREAM transfers (id STRING KEY, source STRING, target STRING, amount DECIMAL(12, 2))
  WITH (kafka_topic = 'transfers', value_format = 'JSON', partitions = 4);

-- What is wrong with a transfer, if anything. Keyed by the account that pays, which has to exist.
CREATE STREAM checked AS
  SELECT t.source AS source, t.id AS transfer, t.target AS target, t.amount AS amount,
         CASE
           WHEN a.owner IS NULL THEN 'unknown account'
           WHEN t.source = t.target THEN 'source and target are the same'
           WHEN t.amount IS NULL OR t.amount <= 0 THEN 'amount must be positive'
           WHEN t.target IS NULL THEN 'no target'
           ELSE CAST(NULL AS STRING)
         END AS reason
  FROM transfers t LEFT JOIN accounts a ON t.source = a.id
  EMIT CHANGES;

CREATE STREAM rejected AS
  SELECT source, transfer, target, amount, reason FROM checked WHERE reason IS NOT NULL EMIT CHANGES;

CREATE STREAM accepted AS
  SELECT source, transfer, target, amount FROM checked WHERE reason IS NULL EMIT CHANGES;

-- Two legs of each transfer: out of one account, into another.
CREATE STREAM entries (account STRING KEY, transfer STRING, amount DECIMAL(12, 2))
  WITH (kafka_topic = 'entries', value_format = 'JSON', partitions = 4);

INSERT INTO entries WITH (query_id = 'debits')
  SELECT source AS account, transfer, CAST(0 - amount AS DECIMAL(12, 2)) AS amount FROM accepted EMIT CHANGES;

INSERT INTO entries WITH (query_id = 'credits')
  SELECT target AS account, transfer, amount FROM accepted PARTITION BY target EMIT CHANGES;

CREATE TABLE balances AS
  SELECT account, SUM(amount) AS balance, COUNT(*) AS entries FROM entries GROUP BY account EMIT CHANGES;

-- Much money in little time: one row for each account and minute that is over the line.
CREATE TABLE suspicious AS
  SELECT source, SUM(amount) AS spent, COUNT(*) AS transfers
  FROM accepted WINDOW TUMBLING (SIZE 1 MINUTE, GRACE PERIOD 10 SECONDS)
  GROUP BY source
  HAVING SUM(amount) > 5000
  EMIT CHANGES;
