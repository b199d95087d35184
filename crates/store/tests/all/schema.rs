//! The declared tables are those of the migrations, so that none is forgotten by a copy or by the doctor.

use std::collections::BTreeSet;

use zetel_store::{
    sql::{Database, Kind, Statement},
    tables,
};

use crate::support::{Place, in_both};

const SQLITE: Statement = Statement::new(
    "columns in SQLite",
    "SELECT t.name, c.name, lower(c.type), 1 - c.\"notnull\", c.pk, c.cid FROM pragma_table_list t \
     JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.schema = 'main' AND t.name NOT LIKE 'sqlite%'",
);
const POSTGRES: Statement = Statement::new(
    "columns in PostgreSQL",
    "SELECT c.table_name::TEXT, c.column_name::TEXT, c.data_type::TEXT, \
     CAST(CASE c.is_nullable WHEN 'YES' THEN 1 ELSE 0 END AS BIGINT), \
     CAST(COALESCE(k.ordinal_position, 0) AS BIGINT), CAST(c.ordinal_position - 1 AS BIGINT) \
     FROM information_schema.columns c \
     LEFT JOIN (information_schema.table_constraints t JOIN information_schema.key_column_usage k \
       ON k.constraint_name = t.constraint_name AND t.constraint_type = 'PRIMARY KEY') \
       ON k.table_name = c.table_name AND k.column_name = c.column_name \
     WHERE c.table_schema = 'public'",
);

type Column = (String, String, String, bool, usize, usize);

#[test]
fn every_table_is_declared_with_its_columns() {
    in_both(|place| {
        let database = Database::open(&place.target()).unwrap();
        let statement = if matches!(place, Place::Server(_)) {
            &POSTGRES
        } else {
            &SQLITE
        };
        let number = |row: &zetel_store::sql::Row, column| {
            usize::try_from(row.int(column).unwrap()).unwrap()
        };
        let stored: BTreeSet<Column> = database
            .query(statement, &[])
            .unwrap()
            .iter()
            .map(|row| {
                let kind = match row.text(2).unwrap() {
                    "integer" | "bigint" => "int",
                    "text" => "text",
                    "blob" | "bytea" => "bytes",
                    other => panic!("{other}"),
                };
                let [table, column] = [0, 1].map(|place| row.text(place).unwrap().to_owned());
                (
                    table,
                    column,
                    kind.to_owned(),
                    number(row, 3) == 1,
                    number(row, 4),
                    number(row, 5),
                )
            })
            .filter(|(table, ..)| table != "schema_migration")
            .collect();
        let mut declared = BTreeSet::new();
        for table in tables() {
            for (place, column) in table.columns.iter().enumerate() {
                let kind = match column.kind {
                    Kind::Int => "int",
                    Kind::Text => "text",
                    Kind::Bytes => "bytes",
                };
                let key = if place < table.key { place + 1 } else { 0 };
                declared.insert((
                    table.name.to_owned(),
                    column.name.to_owned(),
                    kind.to_owned(),
                    column.nullable,
                    key,
                    place,
                ));
            }
        }
        let missing: Vec<_> = stored.difference(&declared).collect();
        let surplus: Vec<_> = declared.difference(&stored).collect();
        assert_eq!((missing, surplus), (vec![], vec![]));
    });
}
