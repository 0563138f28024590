/*
 * container.c - model files: sections with a table, checksums and a digest.
 *
 *     0   magic "AUTOML\x1a\n"
 *     8   u32 version, u32 flags (none are defined: 0)
 *     16  u64 length of the table
 *     24  the table: JSON {"sections": [{"name", "offset", "length", "crc32"}, ...]}
 *         zero bytes up to a multiple of 64: here the data begin; offsets count from here
 *         the sections in the table's order, each at the next multiple of 64, zero bytes between
 *         SHA-256 of all bytes before
 *
 * A reader recomputes where every section must lie, so that gaps, overlaps and offsets that overflow cannot
 * be expressed at all.
 */
#include "io/container.h"

#include <inttypes.h>
#include <string.h>

#include "base/hash.h"
#include "base/map.h"
#include "io/gzip.h"
#include "io/json.h"

enum {
    MAGIC_BYTES = 8,
    PREFIX_BYTES = 24,
    ALIGNMENT = 64,
    DIGEST_BYTES = 32,
    VERSION = 1,
    TABLE_MAX_BYTES = 16 << 20,
    NAME_MAX_BYTES = 255
};

static const char magic[MAGIC_BYTES + 1] = "AUTOML\x1a\n";

static int64_t align_up(int64_t n)
{
    return (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static bool is_name(const char *s, size_t n)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_./-";
    return n > 0 && n <= NAME_MAX_BYTES && strspn(s, allowed) == n;
}

/* One section; offset counts from the beginning of the data. */
struct section {
    int64_t offset, length;
    uint32_t crc;
};

/* names[i] belongs to sections[i]. */
struct table {
    struct mem *mem;
    struct map names;
    struct section *sections;
    int64_t capacity;
};

static void table_init(struct table *t, struct mem *m)
{
    *t = (struct table){.mem = m};
    map_init(&t->names, m);
}

static void table_free(struct table *t)
{
    map_free(&t->names);
    mem_free(t->mem, t->sections);
}

/* Where the next section begins. */
static int64_t table_next_offset(const struct table *t)
{
    if (t->names.n == 0)
        return 0;
    const struct section *last = &t->sections[t->names.n - 1];
    return align_up(last->offset + last->length);
}

/* *out_new: the name is not in the table yet, and was added. */
static bool table_add(struct table *t, const char *name, size_t n, struct section section, bool *out_new)
{
    int32_t count = t->names.n;
    void *sections = t->sections;
    if (!mem_grow(t->mem, &sections, &t->capacity, (int64_t)count + 1, sizeof *t->sections))
        return false;
    t->sections = sections;
    int32_t i = map_add(&t->names, name, n);
    *out_new = i == count;
    if (i == count)
        t->sections[i] = section;
    return i >= 0;
}

struct container_writer {
    struct mem *mem;
    struct table table;
    struct strbuf data;
};

automl_status container_begin(struct mem *m, struct container_writer **out, automl_error *err)
{
    struct container_writer *c = NEW(m, struct container_writer);
    if (!c)
        return error_memory(err);
    c->mem = m;
    table_init(&c->table, m);
    strbuf_init(&c->data, m);
    *out = c;
    return AUTOML_OK;
}

void container_abandon(struct container_writer *c)
{
    if (!c)
        return;
    table_free(&c->table);
    strbuf_free(&c->data);
    mem_free(c->mem, c);
}

static void pad(struct strbuf *b, int64_t to)
{
    static const char zeros[ALIGNMENT];
    if (strbuf_ok(b))
        strbuf_add(b, zeros, (size_t)(to - b->n));
}

automl_status container_add(
    struct container_writer *c, const char *name, const void *bytes, size_t n, automl_error *err)
{
    bool is_new = false;
    if (!is_name(name, strlen(name)))
        return error_set(err, AUTOML_E_INTERNAL, "'%s' is no name for a section", name);
    struct section section = {table_next_offset(&c->table), (int64_t)n, crc32_bytes(0, bytes, n)};
    if (!table_add(&c->table, name, strlen(name), section, &is_new))
        return error_memory(err);
    if (!is_new)
        return error_set(err, AUTOML_E_INTERNAL, "there are two sections named '%s'", name);
    pad(&c->data, section.offset);
    if (n > 0)
        strbuf_add(&c->data, bytes, n);
    return strbuf_ok(&c->data) ? AUTOML_OK : error_memory(err);
}

static void write_table(const struct table *t, struct strbuf *out)
{
    struct json_writer w;
    json_writer_init(&w, out, 0);
    json_begin_object(&w);
    json_write_key(&w, "sections");
    json_begin_array(&w);
    for (int32_t i = 0; i < t->names.n; i++) {
        json_begin_object(&w);
        json_put_string(&w, "name", t->names.names[i]);
        json_put_int(&w, "offset", t->sections[i].offset);
        json_put_int(&w, "length", t->sections[i].length);
        json_put_int(&w, "crc32", t->sections[i].crc);
        json_end_object(&w);
    }
    json_end_array(&w);
    json_end_object(&w);
}

static automl_status assemble(const struct container_writer *c, struct writer *file, automl_error *err)
{
    struct strbuf table;
    strbuf_init(&table, c->mem);
    write_table(&c->table, &table);
    bool ok = strbuf_ok(&table);
    int64_t length = table.n;
    if (ok) {
        strbuf_add(&file->bytes, magic, MAGIC_BYTES);
        write_u32(file, VERSION);
        write_u32(file, 0);
        write_i64(file, length);
        strbuf_add(&file->bytes, table.data, (size_t)length);
        pad(&file->bytes, align_up(PREFIX_BYTES + length));
        strbuf_add(&file->bytes, strbuf_text(&c->data), (size_t)c->data.n);
    }
    strbuf_free(&table);
    if (!ok || !strbuf_ok(&file->bytes))
        return error_memory(err);
    if (length > TABLE_MAX_BYTES)
        return error_set(err, AUTOML_E_UNSUPPORTED, "the model has too many sections for its file");
    struct sha256 sha;
    uint8_t digest[DIGEST_BYTES];
    sha256_init(&sha);
    sha256_update(&sha, file->bytes.data, (size_t)file->bytes.n);
    sha256_final(&sha, digest);
    strbuf_add(&file->bytes, (const char *)digest, sizeof digest);
    return strbuf_ok(&file->bytes) ? AUTOML_OK : error_memory(err);
}

automl_status container_finish(struct container_writer *c, uint8_t **out, int64_t *out_n, automl_error *err)
{
    struct writer file;
    writer_init(&file, c->mem);
    automl_status status = assemble(c, &file, err);
    container_abandon(c);
    if (status < 0) {
        writer_free(&file);
        return status;
    }
    *out_n = file.bytes.n;
    *out = (uint8_t *)strbuf_take(&file.bytes);
    return AUTOML_OK;
}

struct container {
    struct mem *mem;
    struct table table;
    const uint8_t *data;
    int64_t data_bytes; /* without the digest */
};

static automl_status damaged(const char *what, automl_error *err)
{
    return error_set(err, AUTOML_E_FORMAT, "the model file is damaged: %s", what);
}

static automl_status check_digest(const uint8_t *bytes, size_t n, automl_error *err)
{
    struct sha256 sha;
    uint8_t digest[DIGEST_BYTES];
    sha256_init(&sha);
    sha256_update(&sha, bytes, n - DIGEST_BYTES);
    sha256_final(&sha, digest);
    if (memcmp(digest, bytes + n - DIGEST_BYTES, DIGEST_BYTES) == 0)
        return AUTOML_OK;
    return damaged("its digest does not match; was it copied whole?", err);
}

static bool all_zero(const uint8_t *p, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (p[i] != 0)
            return false;
    return true;
}

/* The prefix, the digest and the place of the table and the data. */
static automl_status open_prefix(
    struct container *c, const uint8_t *bytes, size_t n, int64_t *out_table_bytes, automl_error *err)
{
    struct reader r;
    if (n < MAGIC_BYTES || memcmp(bytes, magic, MAGIC_BYTES) != 0)
        return error_set(err, AUTOML_E_FORMAT, "this is not a model file of this library");
    reader_init(&r, c->mem, bytes + MAGIC_BYTES, n - MAGIC_BYTES);
    uint32_t version = read_u32(&r);
    uint32_t flags = read_u32(&r);
    int64_t table_bytes = read_i64(&r);
    if (reader_status(&r, NULL) != AUTOML_OK || version == 0)
        return damaged("its beginning is cut off", err);
    if (version > VERSION || flags != 0)
        return error_set(err, AUTOML_E_VERSION,
            "the model file has format version %" PRIu32 "; this release reads up to %d: use a newer release",
            version, VERSION);
    if (table_bytes < 0 || table_bytes > TABLE_MAX_BYTES ||
        (uint64_t)align_up(PREFIX_BYTES + table_bytes) + DIGEST_BYTES > n)
        return damaged("its table of sections is cut off", err);
    TRY(check_digest(bytes, n, err));
    int64_t begin = align_up(PREFIX_BYTES + table_bytes);
    if (!all_zero(bytes + PREFIX_BYTES + table_bytes, begin - PREFIX_BYTES - table_bytes))
        return damaged("there are bytes outside of all sections", err);
    c->data = bytes + begin;
    c->data_bytes = (int64_t)n - begin - DIGEST_BYTES;
    *out_table_bytes = table_bytes;
    return AUTOML_OK;
}

/* A whole number in [0, max], else -1. */
static int64_t whole(const struct json *v, int64_t max)
{
    double x = json_number(v, -1);
    if (!(x >= 0 && x <= (double)max))
        return -1;
    int64_t i = (int64_t)x;
    return (double)i == x ? i : -1;
}

static automl_status open_section(struct container *c, const struct json *entry, automl_error *err)
{
    const char *name = json_string(json_get(entry, "name"));
    int64_t end = table_next_offset(&c->table);
    if (!name || !is_name(name, strlen(name)))
        return damaged("a section's name is missing or malformed", err);
    if (end > c->data_bytes || whole(json_get(entry, "offset"), c->data_bytes) != end)
        return damaged("a section is not where it must be", err);
    int64_t length = whole(json_get(entry, "length"), c->data_bytes - end);
    int64_t crc = whole(json_get(entry, "crc32"), UINT32_MAX);
    if (length < 0 || crc < 0)
        return damaged("a section is cut off or has no checksum", err);
    struct section section = {end, length, (uint32_t)crc};
    if (crc32_bytes(0, c->data + end, (size_t)length) != section.crc)
        return damaged("a section's checksum does not match", err);
    bool is_new = false;
    if (!table_add(&c->table, name, strlen(name), section, &is_new))
        return error_memory(err);
    return is_new ? AUTOML_OK : damaged("two sections have the same name", err);
}

/* The bytes before, between and after the sections. */
static automl_status check_padding(const struct container *c, automl_error *err)
{
    int64_t end = 0;
    for (int32_t i = 0; i < c->table.names.n; i++) {
        const struct section *s = &c->table.sections[i];
        if (!all_zero(c->data + end, s->offset - end))
            return damaged("there are bytes outside of all sections", err);
        end = s->offset + s->length;
    }
    return end == c->data_bytes ? AUTOML_OK : damaged("there are bytes after the last section", err);
}

static automl_status open_table(struct container *c, const struct json *root, automl_error *err)
{
    const struct json *sections = json_get(root, "sections");
    if (!json_is(sections, JSON_ARRAY))
        return damaged("it has no table of sections", err);
    for (const struct json *e = json_first(sections); e; e = json_next(e))
        TRY(open_section(c, e, err));
    return check_padding(c, err);
}

static automl_status open_bytes(struct container *c, const uint8_t *bytes, size_t n, automl_error *err)
{
    struct json *root = NULL;
    int64_t table_bytes = 0;
    TRY(open_prefix(c, bytes, n, &table_bytes, err));
    TRY(json_parse(c->mem, (const char *)bytes + PREFIX_BYTES, (size_t)table_bytes, &root, err));
    automl_status status = open_table(c, root, err);
    json_free(root);
    return status;
}

automl_status container_open(
    struct mem *m, const void *bytes, size_t n, struct container **out, automl_error *err)
{
    struct container *c = NEW(m, struct container);
    if (!c)
        return error_memory(err);
    c->mem = m;
    table_init(&c->table, m);
    automl_status status = open_bytes(c, bytes, n, err);
    if (status < 0) {
        container_close(c);
        return status;
    }
    *out = c;
    return AUTOML_OK;
}

automl_status container_section(
    const struct container *c, const char *name, const void **out, size_t *out_n, automl_error *err)
{
    int32_t i = map_find(&c->table.names, name, strlen(name));
    if (i < 0)
        return error_set(err, AUTOML_E_FORMAT, "the model file is damaged: it has no section '%s'", name);
    *out = c->data + c->table.sections[i].offset;
    *out_n = (size_t)c->table.sections[i].length;
    return AUTOML_OK;
}

void container_close(struct container *c)
{
    if (!c)
        return;
    table_free(&c->table);
    mem_free(c->mem, c);
}
