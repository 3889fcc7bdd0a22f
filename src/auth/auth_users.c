/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Who there is. The users change while requests are on their way, which hold a user's name: so an
 * account stays when its user goes, and is used again when he comes back. */
#include "auth/auth_int.h"

#include "base/mem.h"

#include <stdio.h>

struct account {
    struct auth_user user; /* first: what others hold */
    struct list link;
    bool is_there;
    char hash[AUTH_HASH_SIZE];
    char name[];
};

static struct account *account_make(struct auth *a, const char *name)
{
    size_t size = strlen(name) + 1;
    struct account *account = mem_zalloc(sizeof *account + size);
    memcpy(account->name, name, size);
    account->user = (struct auth_user){account->name, account->hash};
    list_append(&a->accounts, &account->link);
    map_put(&a->users, slice_of(account->name), account);
    return account;
}

void auth_set_users(struct auth *a, const struct auth_user *users, size_t count)
{
    LIST_EACH(it, &a->accounts)
    LIST_OWNER(it, struct account, link)->is_there = false;
    for (size_t i = 0; i < count; i++) {
        struct account *account = map_get(&a->users, slice_of(users[i].name));
        if (!account)
            account = account_make(a, users[i].name);
        snprintf(account->hash, sizeof account->hash, "%s", users[i].password_hash);
        account->is_there = true;
    }
}

const struct auth_user *auth_users_find(const struct auth *a, struct slice name)
{
    const struct account *account = map_get(&a->users, name);
    return account && account->is_there ? &account->user : NULL;
}

bool auth_users_has_hash(const struct auth_user *user, const char *hash)
{
    const struct account *account = (const struct account *)(const void *)user;
    return account && account->is_there && strcmp(account->hash, hash) == 0;
}

void auth_users_end(struct auth *a)
{
    LIST_EACH_SAFE(it, &a->accounts)
    {
        struct account *account = LIST_OWNER(it, struct account, link);
        sodium_memzero(account->hash, sizeof account->hash);
        mem_free(account);
    }
    map_free(&a->users);
}
