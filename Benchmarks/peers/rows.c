// Reads a year of hours of one series with the C interface of sqlite3, as often as fits into two seconds: the connection
// and the prepared statement are kept. It makes no answer out of them, so it is a limit more than a peer.
//
//   rows DATABASE view|packed APPLICATION INDEX STATISTIC START END
//
// Prints seconds a read, points, and their sum.
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const view =
    "SELECT unix_time, value FROM hourly_points WHERE application = ?1 AND index_name = ?2 AND statistic = ?3"
    " AND key = '' AND unix_time >= ?4 AND unix_time < ?5";
// START and END are midnights.
static const char *const packed =
    "SELECT hourly.* FROM series JOIN hourly ON hourly.series_id = series.id"
    " WHERE application = ?1 AND api = 'usage' AND index_name = ?2 AND statistic = ?3 AND key = ''"
    " AND day >= ?4 / 86400 AND day < ?5 / 86400";

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void check(sqlite3 *database, int is_good) {
    if (is_good) return;
    fprintf(stderr, "rows: %s\n", sqlite3_errmsg(database));
    exit(1);
}

int main(int count, char **words) {
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    if (count != 8) return 64;
    check(database, sqlite3_open_v2(words[1], &database, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK);
    const char *sql = strcmp(words[2], "view") == 0 ? view : packed;
    check(database, sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK);
    for (int i = 1; i <= 3; i++) sqlite3_bind_text(statement, i, words[2 + i], -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 4, atoll(words[6]));
    sqlite3_bind_int64(statement, 5, atoll(words[7]));

    long reads = 0;
    sqlite3_int64 points, sum;
    double begin = now(), elapsed;
    do {
        int step;
        points = sum = 0;
        while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
            int columns = sqlite3_column_count(statement);
            for (int i = sql == view ? 1 : 2; i < columns; i++) {
                if (sqlite3_column_type(statement, i) == SQLITE_NULL) continue;
                points++;
                sum += sqlite3_column_int64(statement, i);
            }
        }
        check(database, step == SQLITE_DONE);
        sqlite3_reset(statement);
        reads++;
        elapsed = now() - begin;
    } while (elapsed < 2);
    printf("%.9f %lld %lld\n", elapsed / reads, points, sum);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return 0;
}
