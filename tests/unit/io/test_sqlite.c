/* Databases of io/sqlite.h: foreign ones read defensively, own ones written durably. */
#define _POSIX_C_SOURCE 200809L

#include "io/sqlite.h"

#include "io_fixture.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "config.h"

#if AUTOML_HAVE_SQLITE

static struct db *make(struct fixture *f, const char *sql)
{
    struct db *d = NULL;
    if (db_open_write(&f->mem, path_of(f, "a.db"), &d, &f->err) != AUTOML_OK ||
        db_exec(d, sql, &f->err) != AUTOML_OK)
        fail_msg("%s", f->err.message);
    return d;
}

static struct db *open_foreign(struct fixture *f, const struct stop *stop)
{
    struct db *d = NULL;
    if (db_open_read(&f->mem, path_of(f, "a.db"), stop, &d, &f->err) != AUTOML_OK)
        fail_msg("%s", f->err.message);
    return d;
}

static struct db_stmt *prepare(struct fixture *f, struct db *d, const char *sql)
{
    struct db_stmt *s = NULL;
    if (db_prepare(d, sql, &s, &f->err) != AUTOML_OK)
        fail_msg("%s", f->err.message);
    return s;
}

static bool step(struct fixture *f, struct db_stmt *s)
{
    bool row = false;
    if (db_step(s, &row, &f->err) != AUTOML_OK)
        fail_msg("%s", f->err.message);
    return row;
}

static void assert_value(struct fixture *f, struct db *d, const char *sql, const char *expected)
{
    struct db_stmt *s = prepare(f, d, sql);
    assert_true(step(f, s));
    assert_string_equal(db_text(s, 0, NULL), expected);
    db_finalize(s);
}

static void reads_values_of_every_type(void **state)
{
    struct fixture *f = *state;
    db_close(make(f, "CREATE TABLE t(a,b,c,d,e); INSERT INTO t VALUES(-5, 2.5, 'h\xC3\xA9', NULL, x'0001')"));
    struct db *d = open_foreign(f, NULL);
    struct db_stmt *s = prepare(f, d, "SELECT a, b, c AS \"the c\", d, e FROM t");
    assert_int_equal(db_columns(s), 5);
    assert_string_equal(db_column_name(s, 2), "the c");
    assert_true(step(f, s));
    static const enum db_type types[] = {DB_INTEGER, DB_REAL, DB_TEXT, DB_NULL, DB_BLOB};
    for (int32_t i = 0; i < 5; i++)
        assert_int_equal(db_type(s, i), types[i]);
    int64_t n = 0;
    assert_int_equal(db_int(s, 0), -5);
    assert_true(db_double(s, 1) == 2.5);
    assert_string_equal(db_text(s, 2, &n), "h\xC3\xA9");
    assert_int_equal(n, 3);
    assert_null(db_text(s, 3, &n));
    assert_int_equal(n, 0);
    assert_false(step(f, s));
    db_finalize(s);
    db_finalize(NULL);
    db_close(d);
    db_close(NULL);
}

static void binds_values_and_resets(void **state)
{
    struct fixture *f = *state;
    struct db *d = make(f, "CREATE TABLE t(a,b,c,d)");
    struct db_stmt *s = prepare(f, d, "INSERT INTO t VALUES(?,?,?,?)");
    assert_int_equal(db_bind_int(s, 1, INT64_MIN, &f->err), AUTOML_OK);
    assert_int_equal(db_bind_double(s, 2, 0.1, &f->err), AUTOML_OK);
    assert_int_equal(db_bind_text(s, 3, "abcdef", 3, &f->err), AUTOML_OK);
    assert_int_equal(db_bind_text(s, 4, "x'); DROP TABLE t", -1, &f->err), AUTOML_OK);
    assert_false(step(f, s));
    assert_int_equal(db_changes(d), 1);
    assert_int_equal(db_reset(s, &f->err), AUTOML_OK);
    assert_int_equal(db_bind_null(s, 1, &f->err), AUTOML_OK);
    assert_int_equal(db_bind_text(s, 3, NULL, 5, &f->err), AUTOML_OK);
    assert_false(step(f, s));
    assert_int_equal(db_bind_int(s, 5, 1, &f->err), AUTOML_E_STORE);
    db_finalize(s);
    assert_value(f, d, "SELECT a||'/'||b||'/'||c||'/'||d FROM t WHERE rowid=1",
        "-9223372036854775808/0.1/abc/x'); DROP TABLE t");
    assert_value(f, d, "SELECT count(*) FROM t WHERE a IS NULL AND b IS NULL AND c IS NULL", "1");
    db_close(d);
}

static void failures_carry_sqlites_text_and_the_path(void **state)
{
    struct fixture *f = *state;
    struct db *d = make(f, "CREATE TABLE t(a UNIQUE); INSERT INTO t VALUES(1)");
    struct db_stmt *s = NULL;
    assert_int_equal(db_prepare(d, "SELECT b FROM t", &s, &f->err), AUTOML_E_STORE);
    assert_message_has(f, "no such column: b");
    assert_message_has(f, "a.db");
    assert_int_equal(db_exec(d, "INSERT INTO t VALUES(1)", &f->err), AUTOML_E_STORE);
    assert_message_has(f, "UNIQUE constraint failed");
    s = prepare(f, d, "INSERT INTO t VALUES(1)");
    bool row = false;
    assert_int_equal(db_step(s, &row, &f->err), AUTOML_E_STORE);
    assert_int_equal(db_reset(s, &f->err), AUTOML_OK);
    db_finalize(s);
    db_close(d);
}

static void only_one_statement_is_prepared(void **state)
{
    struct fixture *f = *state;
    struct db *d = make(f, "");
    struct db_stmt *s = NULL;
    assert_int_equal(db_prepare(d, "", &s, &f->err), AUTOML_E_INTERNAL);
    assert_int_equal(db_prepare(d, "SELECT 1; SELECT 2", &s, &f->err), AUTOML_E_INTERNAL);
    assert_null(s);
    db_finalize(prepare(f, d, "SELECT 1; \n"));
    db_close(d);
}

static void a_missing_file_is_not_found_and_not_made(void **state)
{
    struct fixture *f = *state;
    struct db *d = NULL;
    assert_int_equal(db_open_read(&f->mem, path_of(f, "none"), NULL, &d, &f->err), AUTOML_E_NOT_FOUND);
    assert_message_has(f, "none");
    assert_int_equal(access(f->path, F_OK), -1);
    assert_int_equal(db_open_read(&f->mem, ":memory:", NULL, &d, &f->err), AUTOML_E_NOT_FOUND);
    assert_int_equal(db_open_read(&f->mem, "", NULL, &d, &f->err), AUTOML_E_NOT_FOUND);
    assert_int_equal(db_open_read(&f->mem, f->directory, NULL, &d, &f->err), AUTOML_E_NOT_FOUND);
    assert_int_equal(db_open_write(&f->mem, path_of(f, "none/a"), &d, &f->err), AUTOML_E_WRITE);
    assert_null(d);
}

static void a_name_is_never_a_uri(void **state)
{
    struct fixture *f = *state;
    struct db *d = NULL;
    char here[1000];
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(f->directory), 0);
    automl_status status = db_open_write(&f->mem, "file:x?mode=memory", &d, &f->err);
    db_close(d);
    bool made = access("./file:x?mode=memory", F_OK) == 0;
    assert_int_equal(chdir(here), 0);
    assert_int_equal(status, AUTOML_OK);
    assert_true(made);
}

static void what_is_no_database_is_said_at_once(void **state)
{
    struct fixture *f = *state;
    struct db *d = NULL;
    char text[2000];
    memset(text, 'x', sizeof text);
    put_file(f, "a.db", text, sizeof text);
    assert_int_equal(db_open_read(&f->mem, f->path, NULL, &d, &f->err), AUTOML_E_FORMAT);
    assert_message_has(f, "not a database");
    assert_null(d);
}

static void foreign_databases_cannot_be_changed(void **state)
{
    struct fixture *f = *state;
    db_close(make(f, "CREATE TABLE t(a)"));
    struct db *d = open_foreign(f, NULL);
    assert_int_equal(db_exec(d, "INSERT INTO t VALUES(1)", &f->err), AUTOML_E_WRITE);
    assert_int_equal(db_exec(d, "PRAGMA query_only=0; INSERT INTO t VALUES(1)", &f->err), AUTOML_E_WRITE);
    assert_int_equal(db_exec(d, "ATTACH ':memory:' AS other", &f->err), AUTOML_E_STORE);
    assert_value(f, d, "PRAGMA trusted_schema", "0");
    assert_value(f, d, "PRAGMA cell_size_check", "1");
    db_close(d);
}

static void own_databases_are_durable(void **state)
{
    struct fixture *f = *state;
    struct db *d = make(f, "");
    assert_value(f, d, "PRAGMA journal_mode", "wal");
    assert_value(f, d, "PRAGMA synchronous", "2");
    assert_value(f, d, "PRAGMA foreign_keys", "1");
    db_close(d);
}

/* Each child opens the database that none has made yet, and adds a row. */
static void many_processes_may_create_one_database(void **state)
{
    enum { CHILDREN = 4, ROUNDS = 10 };
    struct fixture *f = *state;
    for (int32_t round = 0; round < ROUNDS; round++) {
        pid_t children[CHILDREN];
        char name[16];
        snprintf(name, sizeof name, "%" PRId32 ".db", round);
        path_of(f, name);
        for (int32_t i = 0; i < CHILDREN; i++) {
            children[i] = fork();
            if (children[i] == 0) {
                struct db *d = NULL;
                bool ok =
                    db_open_write(&f->mem, f->path, &d, NULL) == AUTOML_OK &&
                    db_exec(d, "CREATE TABLE IF NOT EXISTS t(a); INSERT INTO t VALUES(1)", NULL) == AUTOML_OK;
                db_close(d);
                _exit(ok ? 0 : 1);
            }
        }
        for (int32_t i = 0; i < CHILDREN; i++) {
            int status = -1;
            assert_int_equal(waitpid(children[i], &status, 0), children[i]);
            assert_int_equal(status, 0);
        }
    }
}

static void closing_rolls_back(void **state)
{
    struct fixture *f = *state;
    struct db *d = make(f, "CREATE TABLE t(a); BEGIN; INSERT INTO t VALUES(1)");
    struct db_stmt *s = prepare(f, d, "SELECT a FROM t");
    assert_true(step(f, s));
    db_finalize(s);
    db_close(d);
    d = open_foreign(f, NULL);
    assert_value(f, d, "SELECT count(*) FROM t", "0");
    db_close(d);
}

#    define ENDLESS "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n"

static void long_statements_stop_when_asked(void **state)
{
    struct fixture *f = *state;
    _Atomic int32_t cancel = 0;
    const struct stop stop = {.cancel = &cancel, .deadline_ns = DEADLINE_NONE};
    bool row = false;
    db_close(make(f, "CREATE TABLE t(a)"));
    struct db *d = open_foreign(f, &stop);
    struct db_stmt *s = prepare(f, d, ENDLESS);
    atomic_store(&cancel, 1);
    assert_int_equal(db_step(s, &row, &f->err), AUTOML_E_CANCELLED);
    db_finalize(s);
    db_close(d);
}

static void waiting_for_a_lock_stops_when_asked(void **state)
{
    struct fixture *f = *state;
    _Atomic int32_t cancel = 0;
    const struct stop stop = {.cancel = &cancel, .deadline_ns = DEADLINE_NONE};
    struct db *writer = make(f, "PRAGMA journal_mode=DELETE; CREATE TABLE t(a)");
    struct db *reader = open_foreign(f, &stop);
    assert_int_equal(db_exec(writer, "BEGIN EXCLUSIVE", &f->err), AUTOML_OK);
    atomic_store(&cancel, 1);
    assert_int_equal(db_exec(reader, "SELECT * FROM t", &f->err), AUTOML_E_CANCELLED);
    db_close(reader);
    db_close(writer);
}

static automl_status read_everything(struct fixture *f)
{
    struct db *d = NULL;
    struct db_stmt *s = NULL;
    bool row = true;
    automl_status status = db_open_read(&f->mem, f->path, NULL, &d, &f->err);
    if (status == AUTOML_OK)
        status = db_prepare(d, "SELECT a, b FROM t ORDER BY b", &s, &f->err);
    while (status == AUTOML_OK && row)
        status = db_step(s, &row, &f->err);
    db_finalize(s);
    db_close(d);
    return status;
}

static void damaged_databases_give_errors(void **state)
{
    struct fixture *f = *state;
    struct db *d =
        make(f, "PRAGMA journal_mode=DELETE; PRAGMA page_size=512; VACUUM; CREATE TABLE t(a, b);"
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 500)"
                "INSERT INTO t SELECT i, 'text ' || (i * 7919 % 500) FROM n; CREATE INDEX i ON t(b)");
    db_close(d);
    char file[65536];
    FILE *in = fopen(path_of(f, "a.db"), "rb");
    size_t n = fread(file, 1, sizeof file, in);
    fclose(in);
    assert_true(n > 10000);
    uint32_t random = 9;
    int32_t refused = 0;
    for (int32_t round = 0; round < 500; round++) {
        char damaged[sizeof file];
        memcpy(damaged, file, n);
        for (int32_t i = 0; i < 20; i++) {
            random = random * 1664525 + 1013904223;
            damaged[(random >> 8) % (i % 2 ? n : 1000)] = (char)random;
        }
        put_file(f, "b.db", damaged, n);
        automl_status status = read_everything(f);
        assert_true(status == AUTOML_OK || status == AUTOML_E_FORMAT || status == AUTOML_E_STORE ||
                    status == AUTOML_E_READ || status == AUTOML_E_WRITE);
        refused += status < 0;
    }
    assert_true(refused > 100);
}

static void every_allocation_may_fail(void **state)
{
    struct fixture *f = *state;
    db_close(make(f, "CREATE TABLE t(a, b); INSERT INTO t VALUES(1, 2)"));
    for (int64_t n = 1;; n++) {
        fault_once(&f->fault, n);
        automl_status status = read_everything(f);
        bool happened = fault_happened(&f->fault);
        assert_int_equal(status, happened ? AUTOML_E_MEMORY : AUTOML_OK);
        assert_int_equal(fault_blocks(&f->fault), 0);
        if (!happened) {
            assert_true(n > 3);
            break;
        }
    }
}

#else

static void a_build_without_sqlite_says_so(void **state)
{
    struct fixture *f = *state;
    struct db *d = NULL;
    struct db_stmt *s = NULL;
    assert_int_equal(db_open_read(&f->mem, "a.db", NULL, &d, &f->err), AUTOML_E_UNSUPPORTED);
    assert_message_has(f, "no SQLite");
    assert_int_equal(db_open_write(&f->mem, "a.db", &d, &f->err), AUTOML_E_UNSUPPORTED);
    assert_int_equal(db_prepare(d, "SELECT 1", &s, &f->err), AUTOML_E_UNSUPPORTED);
    assert_null(d);
    assert_null(s);
    db_finalize(s);
    db_close(d);
}

#endif

static void identifiers_are_quoted(void **state)
{
    struct fixture *f = *state;
    struct strbuf b;
    strbuf_init(&b, &f->mem);
    db_quote_identifier(&b, "a \"b\"; --");
    assert_string_equal(strbuf_text(&b), "\"a \"\"b\"\"; --\"");
    strbuf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IO_TEST(identifiers_are_quoted),
#if AUTOML_HAVE_SQLITE
        IO_TEST(reads_values_of_every_type),
        IO_TEST(binds_values_and_resets),
        IO_TEST(failures_carry_sqlites_text_and_the_path),
        IO_TEST(only_one_statement_is_prepared),
        IO_TEST(a_missing_file_is_not_found_and_not_made),
        IO_TEST(a_name_is_never_a_uri),
        IO_TEST(what_is_no_database_is_said_at_once),
        IO_TEST(foreign_databases_cannot_be_changed),
        IO_TEST(own_databases_are_durable),
        IO_TEST(many_processes_may_create_one_database),
        IO_TEST(closing_rolls_back),
        IO_TEST(long_statements_stop_when_asked),
        IO_TEST(waiting_for_a_lock_stops_when_asked),
        IO_TEST(damaged_databases_give_errors),
        IO_TEST(every_allocation_may_fail),
#else
        IO_TEST(a_build_without_sqlite_says_so),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
