/** A certificate of `localhost` that it has signed itself, good for a hundred years. It protects nothing: its key is public. */
export const localhostCertificate = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBlDCCATugAwIBAgIUHsAp7OjlshlW6zOviF3xqgADStkwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTE2MDIzMloYDzIxMjYxMDI4
MTYwMjMyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAT7lxLv4IdYaibhqkX1KLbH/pHWs4DBtBw1aaJ0XdrlLnP8hx8Tcgod
37YHgXAssdszJ63e3MZopwXp7kOZaizso2kwZzAdBgNVHQ4EFgQURR/oSOOpXgc2
BMxi1TRkRGWfb4kwHwYDVR0jBBgwFoAURR/oSOOpXgc2BMxi1TRkRGWfb4kwFAYD
VR0RBA0wC4IJbG9jYWxob3N0MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwID
RwAwRAIgEnx2ofWCNg5rqNk8RmgsYGzrVKR5NNWS4eiqFCTwZy0CIDQFHuv/U/Hw
IKrg9GVhFWHd3FipazoizbSQKeT2kV0d
-----END CERTIFICATE-----`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgEryG+75fWyhqAVHg
y4t7GnOLr01KEbp+X+dfx/SlaOqhRANCAAT7lxLv4IdYaibhqkX1KLbH/pHWs4DB
tBw1aaJ0XdrlLnP8hx8Tcgod37YHgXAssdszJ63e3MZopwXp7kOZaizs
-----END PRIVATE KEY-----`,
};
