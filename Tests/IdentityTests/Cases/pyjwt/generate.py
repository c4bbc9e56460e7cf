# Makes the tokens and the JWKS next to this file with PyJWT and the cryptography package: an independent judge of
# what a valid token is. The private keys are thrown away. Run: pip install pyjwt cryptography; python3 generate.py
import base64, hashlib, hmac, json, jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

def number(n, size=None):
    return base64.urlsafe_b64encode(n.to_bytes(size or (n.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()

def jwk(key, kid):
    public = key.public_key()
    out = {"kid": kid, "use": "sig"}
    if isinstance(key, rsa.RSAPrivateKey):
        n = public.public_numbers()
        return out | {"kty": "RSA", "n": number(n.n), "e": number(n.e)}
    if isinstance(key, ec.EllipticCurvePrivateKey):
        n, size = public.public_numbers(), (key.curve.key_size + 7) // 8
        return out | {"kty": "EC", "crv": f"P-{key.curve.key_size}", "x": number(n.x, size), "y": number(n.y, size)}
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return out | {"kty": "OKP", "crv": "Ed25519", "x": base64.urlsafe_b64encode(raw).rstrip(b"=").decode()}

keys = {
    "rsa-2048": rsa.generate_private_key(65537, 2048),
    "rsa-3072": rsa.generate_private_key(65537, 3072),
    "p256": ec.generate_private_key(ec.SECP256R1()),
    "p384": ec.generate_private_key(ec.SECP384R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate(),
}
claims = {"iss": "https://pyjwt.example", "aud": ["postern", "else"], "sub": "jürgen@example", "iat": 1700000000,
          "exp": 4102444800, "jti": "id-1", "groups": ["dba", "on-call"], "admin": True, "level": 7, "team": "café"}
lines = []
uses = [("rsa-2048", a) for a in ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")]
uses += [("rsa-3072", "RS256"), ("rsa-3072", "PS256"), ("p256", "ES256"), ("p384", "ES384"), ("ed25519", "EdDSA")]
for kid, alg in uses:
    lines.append(f"good {alg} {jwt.encode(claims, keys[kid], alg, headers={'kid': kid})}")
# Signed by one key, claiming another of the same family.
lines.append(f"bad RS256 {jwt.encode(claims, keys['rsa-3072'], 'RS256', headers={'kid': 'rsa-2048'})}")
stranger = ec.generate_private_key(ec.SECP256R1())
lines.append(f"bad ES256 {jwt.encode(claims, stranger, 'ES256', headers={'kid': 'p256'})}")
# The public key used as an HMAC secret, and no signature at all.
pem = keys["rsa-2048"].public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
signed = b".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=")
                   for p in ({"alg": "HS256", "typ": "JWT", "kid": "rsa-2048"}, claims))
mac = base64.urlsafe_b64encode(hmac.new(pem, signed, hashlib.sha256).digest()).rstrip(b"=")
lines.append(f"bad HS256 {(signed + b'.' + mac).decode()}")
lines.append(f"bad none {jwt.encode(claims, None, 'none', headers={'kid': 'rsa-2048'})}")

small = jwk(rsa.generate_private_key(65537, 1024), "rsa-1024")
with open("jwks.json", "w") as f:
    json.dump({"keys": [jwk(k, kid) for kid, k in keys.items()] + [small]}, f, indent=1)
    f.write("\n")
with open("tokens.txt", "w") as f:
    f.write("\n".join(lines) + "\n")
