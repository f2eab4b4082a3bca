"""OpenStack Swift with its S3 API, all in one process, for tests: objects in memory, databases beneath FOLDER.

Usage: python3 swift-store.py FOLDER. Prints the port of the S3 endpoint when it answers, and ends with its standard input.
The access key is `test:tester`, the secret `testing`, the region us-east-1; a page of a listing has four objects.
"""
import array
import os
import sys

import eventlet

eventlet.monkey_patch()

from eventlet import listen, wsgi  # noqa: E402
from swift.common import storage_policy, utils  # noqa: E402

folder = sys.argv[1]
os.makedirs(os.path.join(folder, 'devices', 'disk'))
utils.SWIFT_CONF_FILE = os.path.join(folder, 'swift.conf')
with open(utils.SWIFT_CONF_FILE, 'w') as conf:
    conf.write('[swift-hash]\nswift_hash_path_suffix = test\n')
utils.HASH_PATH_SUFFIX, utils.HASH_PATH_PREFIX = b'test', b''
storage_policy.reload_storage_policies()

# these read the configuration while they are loaded
from swift.account.server import AccountController  # noqa: E402
from swift.common.middleware import gatekeeper, listing_formats, tempauth  # noqa: E402
from swift.common.middleware.s3api import s3api  # noqa: E402
from swift.common.ring import RingData  # noqa: E402
from swift.container.server import ContainerController  # noqa: E402
from swift.obj.mem_server import ObjectController  # noqa: E402
from swift.proxy.server import Application  # noqa: E402

CONF = {
    'devices': os.path.join(folder, 'devices'),
    'swift_dir': folder,
    'mount_check': 'false',
    'bind_port': '0',
    'log_level': 'CRITICAL',
}


class Memory(dict):
    """What Swift needs of memcached."""

    def __bool__(self):
        return True

    def get(self, key, raise_on_error=False):
        return dict.get(self, key)

    def set(self, key, value, **_):
        self[key] = value

    def delete(self, key, server_key=None):
        self.pop(key, None)


def with_cache(application):
    memory = Memory()

    def cached(env, start_response):
        env['swift.cache'] = memory
        return application(env, start_response)

    return cached


def ring_of_one(name, port):
    address = {'ip': '127.0.0.1', 'port': port, 'replication_ip': '127.0.0.1', 'replication_port': port}
    device = {'id': 0, 'zone': 0, 'region': 1, 'device': 'disk', 'weight': 1.0, 'meta': '', **address}
    RingData([array.array('H', [0])], [device], 32).save(os.path.join(folder, name + '.ring.gz'))


sockets = {name: listen(('127.0.0.1', 0)) for name in ('account', 'container', 'object', 'proxy')}
for name in ('account', 'container', 'object'):
    ring_of_one(name, sockets[name].getsockname()[1])

proxy = Application({**CONF, 'account_autocreate': 'true'})
for middleware, conf in (
    (tempauth, {'user_test_tester': 'testing .admin'}),
    (s3api, {'location': 'us-east-1', 'storage_domain': 's3.test', 'auth_pipeline_check': 'false',
             'max_bucket_listing': '4'}),
    (listing_formats, {}),
    (gatekeeper, {}),
):
    proxy = middleware.filter_factory(CONF, **conf)(proxy)
applications = {
    'account': AccountController(CONF),
    'container': ContainerController(CONF),
    'object': ObjectController(CONF),
    'proxy': with_cache(proxy),
}
for name, application in applications.items():
    eventlet.spawn(wsgi.server, sockets[name], application, log_output=False)
print(sockets['proxy'].getsockname()[1], flush=True)
eventlet.tpool.execute(sys.stdin.read)
