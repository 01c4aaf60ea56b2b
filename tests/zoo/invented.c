/* A plugin that no host has heard of: a form with every kind of field, whose note repeats what the host told last. */
#define ZOO_OWN_FORM
#define ZOO_FORM_ID "machines-a-bois"
#define ZOO_FORM_ENTRY "machines-a-bois", "Machines à bois", "Atelier > Parc > Machines"
#include "stand_in.h"

static const char FORM[] =
    "{\"schema\":\"passerelle.form/1\",\"id\":\"machines-a-bois\",\"title\":\"Machines à bois\",\"inconnu\":[1],"
    "\"message\":{\"kind\":\"warning\",\"text\":\"Deux machines sont à l'arrêt.\"},\"groups\":[{\"label\":\"Réglages\",\"fields\":["
    "{\"id\":\"marche\",\"kind\":\"checkbox\",\"label\":\"En marche\",\"value\":false,\"enabled\":true,\"indent\":0,\"help\":\"Se voit à la lampe verte.\"},"
    "{\"id\":\"arret\",\"kind\":\"checkbox\",\"label\":\"Arrêt d'urgence\",\"value\":true,\"enabled\":false,\"indent\":1},"
    "{\"id\":\"lame\",\"kind\":\"text\",\"label\":\"Lame\",\"value\":\"Ø 250\",\"enabled\":true,\"indent\":0,\"max_length\":20,"
    "\"suggestions\":[\"Ø 200\",\"Ø 250\"],\"error\":\"La lame est usée.\",\"warning\":\"À commander.\"},"
    "{\"id\":\"code\",\"kind\":\"secret\",\"label\":\"Code du cadenas\",\"value\":null,\"stored\":true,\"enabled\":true,\"indent\":0},"
    "{\"id\":\"bois\",\"kind\":\"choice\",\"label\":\"Essence\",\"value\":\"hetre\",\"enabled\":true,\"indent\":0,\"options\":["
    "{\"value\":\"chene\",\"label\":\"Chêne\"},{\"value\":\"hetre\",\"label\":\"Hêtre\"}]},"
    "{\"id\":\"notice\",\"kind\":\"link\",\"label\":\"Notice\",\"value\":\"https://machines.example/notice\",\"enabled\":true,\"indent\":0},"
    "{\"id\":\"tonnerre\",\"kind\":\"boussole\",\"label\":\"Genre inconnu\",\"value\":\"nord\",\"enabled\":true,\"indent\":0},"
    "{\"id\":\"dit\",\"kind\":\"note\",\"label\":\"Dernier geste\",\"value\":\"%s\",\"enabled\":true,\"indent\":0}]},"
    "{\"label\":\"Entretien\",\"folded\":true,\"fields\":[{\"id\":\"huile\",\"kind\":\"text\",\"label\":\"Huile\",\"value\":\"\",\"enabled\":true,\"indent\":0}]},"
    "{\"label\":\"\",\"fields\":[{\"id\":\"parc\",\"kind\":\"list\",\"label\":\"Parc\",\"enabled\":true,\"indent\":0,\"columns\":["
    "{\"id\":\"nom\",\"label\":\"Nom\",\"kind\":\"text\"},{\"id\":\"age\",\"label\":\"Âge\",\"kind\":\"integer\"},"
    "{\"id\":\"ok\",\"label\":\"Bonne\",\"kind\":\"boolean\"},{\"id\":\"achat\",\"label\":\"Achat\",\"kind\":\"date\"},"
    "{\"id\":\"cle\",\"label\":\"Clé\",\"kind\":\"text\",\"folded\":true}],\"rows\":["
    "{\"id\":\"l1\",\"cells\":[\"Scie à ruban\",12,true,\"2014-09-01\",\"K1\"]},"
    "{\"id\":\"l2\",\"cells\":[\"Dégauchisseuse\",3,false,\"2023-02-15\",null]},"
    "{\"id\":\"l3\",\"cells\":[\"Éléphant mécanique\",140,null,null,\"K3\"]}],"
    "\"row_actions\":[{\"id\":\"graisser\",\"label\":\"Graisser\"},{\"id\":\"jeter\",\"label\":\"Jeter\",\"confirm\":\"Jeter pour de bon ?\"},"
    "{\"id\":\"essai\",\"label\":\"Essayer\",\"job\":\"migration\"}]}]}],"
    "\"buttons\":[{\"id\":\"garder\",\"label\":\"Garder\"},{\"id\":\"fermer\",\"label\":\"Fermer l'atelier\"},{\"id\":\"rien\",\"label\":\"Interdit\",\"enabled\":false}]}";

/* `value`: what to repeat, ready for a JSON text. */
static int32_t show_form(instance *self, const char *value, passerelle_error *error) {
    char text[sizeof FORM + 256];
    const int len = snprintf(text, sizeof text, FORM, value);
    return self->forms->show(self->host, self->form, text, (uint32_t)len, error);
}

static int32_t forms_event(const passerelle_plugin *plugin, uint64_t form, const passerelle_form_event *event,
                           passerelle_error *error) {
    TRY(check(plugin, 1, error));
    instance *self = plugin->plugin_data;
    if (form == 0 || form != self->form) {
        return zoo_fail(error, PASSERELLE_E_UNKNOWN_ID, "Ce formulaire n'est pas ouvert.");
    }
    if (event->kind == PASSERELLE_FORM_CLOSED) {
        self->form = 0;
        return PASSERELLE_OK;
    }
    if (event->kind == PASSERELLE_FORM_ACTION && same(event->field, event->field_len, "fermer")) {
        self->form = 0;
        return self->forms->close(self->host, form, error);
    }
    char said[200];
    const int changed = event->kind == PASSERELLE_FORM_CHANGED;
    int at = snprintf(said, sizeof said, "%s %.*s ", changed ? "change" : "action", (int)event->field_len, event->field);
    for (uint32_t i = 0; i < event->value_len && at < (int)sizeof said - 2; i++) {
        if (event->value[i] == '"' || event->value[i] == '\\') {
            said[at++] = '\\';
        }
        said[at++] = event->value[i];
    }
    said[at] = '\0';
    return show_form(self, said, error);
}

const passerelle_entry *passerelle_plugin_entry_v1(void) { return &zoo_entry; }
